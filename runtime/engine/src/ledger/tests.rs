use qml_devices::Price;

use super::{Account, Books, Budget};

fn account(seconds: Option<f64>) -> Account {
    Account { kernel: "pair".into(), seconds }
}

#[test]
fn a_device_is_paid_by_task_shot_and_second() {
    let tariff =
        Price { currency: "EUR".into(), per_task: Some(0.3), per_shot: Some(0.001), per_second: Some(2.0) };
    let mut books = Books { on_device: true, tariff: Some(tariff), ..Books::default() };
    books.enter(&account(Some(1e-3)), 2, 100).unwrap();
    books.enter_calls("pair", 1, 0.5);
    // What is exact is not run on the device.
    books.enter(&account(Some(1e-3)), 1, 0).unwrap();
    let costs = books.ledger.kernels["pair"];
    assert_eq!((costs.calls, costs.circuits, costs.shots, costs.untimed_shots), (1, 3, 200, 0));
    assert!((costs.qpu_seconds - 0.2).abs() < 1e-12);
    assert!((costs.price - (0.6 + 0.2 + 0.4)).abs() < 1e-12);
    assert_eq!(costs, books.ledger.total);
}

#[test]
fn what_would_exceed_the_budget_is_not_entered() {
    let refused = |budget: Budget, seconds: Option<f64>, shots: u64| {
        let tariff = Price { currency: "EUR".into(), per_task: None, per_shot: Some(0.01), per_second: None };
        let mut books = Books { budget, on_device: true, tariff: Some(tariff), ..Books::default() };
        books.enter(&account(Some(1e-3)), 1, 10).unwrap();
        let before = books.ledger.clone();
        let fault = books.enter(&account(seconds), 1, shots).err();
        assert!(fault.is_none() || books.ledger == before);
        fault.map(|fault| fault.message)
    };
    let shots = Budget { shots: Some(30), ..Budget::default() };
    assert_eq!(refused(shots, Some(1e-3), 20), None);
    assert!(refused(shots, Some(1e-3), 21).unwrap().contains("31 shots would be spent, 30 is allowed"));
    let seconds = Budget { qpu_seconds: Some(0.025), ..Budget::default() };
    assert_eq!(refused(seconds, Some(1e-3), 15), None);
    assert!(refused(seconds, Some(1e-3), 16).unwrap().contains("QPU seconds"));
    assert!(refused(seconds, None, 1).unwrap().contains("lacks a duration"));
    let money = Budget { price: Some(0.25), ..Budget::default() };
    assert_eq!(refused(money, None, 15), None);
    assert!(refused(money, None, 16).unwrap().contains("0.2600 EUR would be spent, 0.25 is allowed"));
}

#[test]
fn what_is_proposed_is_enough_and_keeps_the_other_limits() {
    let help = |budget: Budget, spent: u64, shots: u64| {
        let tariff = Price { currency: "USD".into(), per_task: None, per_shot: Some(0.01), per_second: None };
        let free = Books { on_device: true, tariff: Some(tariff), ..Books::default() };
        let mut books = free;
        books.enter(&account(Some(1e-6)), 1, spent).unwrap();
        // A run that goes on may have less than was spent.
        books.budget = budget;
        let fault = books.enter(&account(Some(1e-6)), 1, shots).unwrap_err();
        (fault.message.clone(), fault.help.join(" "))
    };
    let none = Budget { shots: Some(0), ..Budget::default() };
    assert!(help(none, 0, 1000).1.contains("`--budget shots=2000`"));
    let money = Budget { price: Some(0.05), shots: Some(1_000_000), ..Budget::default() };
    assert!(help(money, 4000, 123).1.contains("`--budget shots=1000000,usd=83`"));
    let time = Budget { qpu_seconds: Some(1e-9), ..Budget::default() };
    let (message, proposed) = help(time, 0, 40);
    assert!(message.contains("4.00e-5 QPU seconds would be spent, 0.000000001 is allowed"), "{message}");
    assert!(proposed.contains("`--budget qpu_s=0.00008`"), "{proposed}");
}

#[test]
fn rounding_is_not_paid_for() {
    let tariff = Price { currency: "EUR".into(), per_task: Some(0.1), per_shot: None, per_second: None };
    let budget = Budget { price: Some(0.3), ..Budget::default() };
    let mut books = Books { on_device: true, tariff: Some(tariff), budget, ..Books::default() };
    for _ in 0..3 {
        books.enter(&account(None), 1, 1).unwrap();
    }
    assert!(books.enter(&account(None), 1, 1).is_err());
}
