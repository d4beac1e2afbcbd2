//! The table: each signature parses, each name of the language is there, names lead to their rows.

use super::{BUILTINS, BuiltinId, Effect};
use crate::testing::{TestHost, call, call_with};
use crate::{ResultFunction, Value};

/// A reader of the grammar that the module describes.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn takes(&mut self, text: &str) -> bool {
        self.0 = self.0.trim_start();
        self.0.strip_prefix(text).map(|rest| self.0 = rest).is_some()
    }

    fn expects(&mut self, text: &str) -> Result<(), String> {
        if self.takes(text) { Ok(()) } else { Err(format!("expected `{text}` before `{}`", self.0)) }
    }

    fn word(&mut self) -> Result<String, String> {
        self.0 = self.0.trim_start();
        let end = self.0.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        if word.is_empty() {
            Err(format!("expected a word before `{}`", self.0))
        } else {
            Ok(word.to_string())
        }
    }

    fn list(
        &mut self,
        end: &str,
        mut item: impl FnMut(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        if self.takes(end) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.takes(end) {
                return Ok(());
            }
            self.expects(",")?;
        }
    }

    fn signature(&mut self) -> Result<String, String> {
        let name = self.word()?;
        self.expects("(")?;
        self.list(")", Self::parameter)?;
        if self.takes("->") {
            self.type_()?;
        }
        if self.0.is_empty() { Ok(name) } else { Err(format!("`{}` is left", self.0)) }
    }

    fn parameter(&mut self) -> Result<(), String> {
        self.word()?;
        let is_optional = self.takes("?");
        self.expects(":")?;
        self.type_()?;
        if !is_optional && self.takes("=") {
            let end = self.0.find([',', ')']).unwrap_or(self.0.len());
            let (literal, rest) = self.0.split_at(end);
            let literal = literal.trim();
            if literal.parse::<f64>().is_err() && !matches!(literal, "true" | "false") {
                return Err(format!("`{literal}` is no literal"));
            }
            self.0 = rest;
        }
        Ok(())
    }

    fn type_(&mut self) -> Result<(), String> {
        if self.takes("(") {
            self.list(")", Self::type_)?;
        } else {
            let base = self.word()?;
            let is_known = [
                "int",
                "float",
                "complex",
                "bool",
                "string",
                "observable",
                "program",
                "optimizer",
                "num",
                "T",
                "U",
                "V",
                "W",
                "Counts",
                "shape",
                "axis",
                "seq",
            ]
            .contains(&base.as_str());
            if !is_known {
                return Err(format!("`{base}` is no type"));
            }
        }
        if self.takes("[") { self.list("]", Self::dimension) } else { Ok(()) }
    }

    fn dimension(&mut self) -> Result<(), String> {
        if self.takes("?") {
            return Ok(());
        }
        if self.takes("..") {
            self.word()?;
            return if self.takes("&") {
                self.expects("..")?;
                self.word().map(drop)
            } else if self.takes("-") {
                self.expects("axis")
            } else {
                Ok(())
            };
        }
        loop {
            self.word()?;
            if !(self.takes("*") || self.takes("+")) {
                return Ok(());
            }
        }
    }
}

#[test]
fn each_signature_parses_and_bears_its_name() {
    for row in BUILTINS.iter() {
        assert_eq!(row.signatures.is_empty(), row.name.contains('.'), "{}", row.name);
        assert!(!row.doc.is_empty() && row.doc.ends_with('.'), "{}", row.name);
        for signature in row.signatures {
            let name = Reader(signature).signature().unwrap_or_else(|e| panic!("{signature}: {e}"));
            assert_eq!(name, row.name);
        }
    }
}

#[test]
fn the_check_of_signatures_refuses_what_is_none() {
    for wrong in [
        "f(x float)",
        "f(x: flaot)",
        "f(x: float[..])",
        "f(x: int) ->",
        "f(x: int = a)",
        "f(x: int) -> int int",
    ] {
        assert!(Reader(wrong).signature().is_err(), "{wrong}");
    }
}

#[test]
fn each_name_of_the_language_is_here() {
    let names = "zeros ones full eye linspace range len shape reshape transpose concat stack append take sort argsort \
        reverse zip enumerate sum prod mean min max argmin argmax any all maximum minimum clip dot outer kron norm trace \
        det inv solve lstsq eigh div bits to_int where_true int float abs sign floor ceil round sqrt exp log log2 sin cos \
        tan asin acos atan atan2 tanh sigmoid relu softmax log_softmax real imag conj uniform normal random_int \
        permutation choice shuffle variance stddev median quantile polyfit accuracy confusion mse cross_entropy read_csv \
        read_labels write_csv save load read_fcidump read_graph split batches standardize minmax pca expect probs samples \
        counts run state fidelity gram X Y Z I pauli projector commutator terms matrix ground_energy print table assert \
        assert_close elapsed plot scatter heatmap histogram decision_boundary sgd momentum adagrad rmsprop adam lbfgs spsa nelder_mead \
        rotosolve qng step stop_gradient";
    for name in names.split_whitespace() {
        assert!(BuiltinId::find(name).is_some(), "{name}");
    }
}

#[test]
fn a_name_leads_to_its_rows() {
    for (i, row) in BUILTINS.iter().enumerate() {
        assert!(BuiltinId::find_all(row.name).contains(&BuiltinId(i as u32)));
        assert_eq!(BuiltinId(i as u32).row().name, row.name);
    }
    assert!(BuiltinId::find("no_such_function").is_none());
    let effects: Vec<Effect> = BuiltinId::find_all("variance").iter().map(|id| id.row().effect).collect();
    assert_eq!(effects, [Effect::Pure, Effect::Quantum]);
}

#[test]
fn result_functions_ask_the_host_with_their_key() {
    let mut host = TestHost::default();
    let program = Value::Int(0);
    let args = [Value::Int(42), Value::Int(1), program.clone(), Value::Unit];
    assert_eq!(call_with(&mut host, "expect", &args).unwrap(), Value::tuple(args[1..].to_vec()));
    let gram = call_with(&mut host, "gram", &[Value::Int(7), program.clone(), Value::Int(100)]).unwrap();
    assert_eq!(gram, Value::tuple([program, Value::Unit, Value::Int(100)]));
    assert_eq!(host.asked, [(ResultFunction::Expect, 42), (ResultFunction::Gram, 7)]);
}

#[test]
fn a_derived_key_depends_on_both_parts() {
    let mix = |key: i64, salt: i64| call("op.mix", &[Value::Int(key), Value::Int(salt)]).to_int();
    let mut keys: Vec<i64> =
        (0..30).flat_map(|key| (0..30).map(move |salt| (key, salt))).map(|(k, s)| mix(k, s)).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 900);
}
