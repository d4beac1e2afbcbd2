//! With what it was run.

use super::html::{escape, facts};
use crate::figures::count;
use crate::run::Run;

/// The manifest as a table, and as it is.
pub(super) fn manifest(run: &Run) -> String {
    let manifest = &run.manifest;
    let code = |text: &str| format!("<code>{}</code>", escape(text));
    let command = match &manifest.command {
        serde_json::Value::Array(words) => {
            words.iter().map(|word| word.as_str().unwrap_or_default()).collect::<Vec<_>>().join(" ")
        }
        serde_json::Value::String(text) => text.clone(),
        _ => String::new(),
    };
    let mut rows: Vec<(&str, String)> =
        vec![("command", code(&command)), ("target", escape(&manifest.target))];
    if let Some(device) = &manifest.device {
        let calibration = device.calibration.as_deref().unwrap_or("not dated");
        rows.push(("calibration", escape(&format!("{}: {calibration}", device.name))));
    }
    rows.extend(manifest.shots.map(|shots| ("shots", count(shots as u64))));
    rows.extend(manifest.seed.map(|seed| ("seed", seed.to_string())));
    for (name, value) in &manifest.params {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        rows.push(("param", code(&format!("{name} = {value}"))));
    }
    for source in &manifest.sources {
        rows.push(("source", format!("{} sha256 {}", code(&source.path), code(&short_hash(&source.sha256)))));
    }
    for data in &manifest.reads {
        let hash = code(&short_hash(&data.sha256));
        rows.push(("data", format!("{} {} bytes, sha256 {hash}", code(&data.path), count(data.bytes))));
    }
    rows.extend(manifest.threads.map(|threads| ("threads", threads.to_string())));
    let versions: Vec<String> = manifest
        .versions
        .iter()
        .map(|(name, value)| format!("{name} {}", value.as_str().unwrap_or_default()))
        .collect();
    rows.push(("versions", escape(&versions.join(", "))));
    rows.extend(manifest.started.iter().map(|time| ("started", escape(time))));
    rows.extend(manifest.ended.iter().map(|time| ("ended", escape(time))));
    for resumed in &manifest.resumed {
        let step = resumed.step.map_or_else(String::new, |step| format!(", from step {step}"));
        rows.push(("resumed", escape(&format!("{}{step}", resumed.at))));
    }
    facts(&rows)
        + &format!(
            "<details><summary>The whole manifest</summary>\n<pre>{}</pre></details>\n",
            escape(run.folder.manifest.trim_end())
        )
}

/// Enough of a hash to tell files apart by eye.
fn short_hash(hash: &str) -> String {
    hash.chars().take(16).collect()
}
