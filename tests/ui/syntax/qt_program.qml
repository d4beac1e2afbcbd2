import QtQuick 2.15

Rectangle {
    width: 100
}
