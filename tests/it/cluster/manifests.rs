//! The manifests of Kubernetes: every key is known, and the fields that its schema does not check are right. (It takes
//! a misspelt `completionMode`, and an Indexed Job without `completions`.)

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::{DRAWS, plan, reduce, run};
use crate::folders::{contents, tradepath};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Job {
    api_version: String,
    kind: String,
    metadata: Metadata,
    spec: JobSpec,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JobSpec {
    completion_mode: Option<String>,
    completions: Option<u64>,
    parallelism: Option<u64>,
    backoff_limit: Option<u64>,
    backoff_limit_per_index: Option<u64>,
    pod_failure_policy: FailurePolicy,
    template: Template,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FailurePolicy {
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    action: String,
    on_exit_codes: Option<ExitCodes>,
    on_pod_conditions: Option<Vec<Condition>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExitCodes {
    container_name: String,
    operator: String,
    values: Vec<u8>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    r#type: String,
    status: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    spec: Pod,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pod {
    restart_policy: String,
    containers: Vec<Container>,
    volumes: Vec<Volume>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Container {
    name: String,
    image: String,
    command: Vec<String>,
    args: Vec<String>,
    resources: Resources,
    volume_mounts: Vec<Mount>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resources {
    requests: BTreeMap<String, String>,
    limits: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mount {
    name: String,
    mount_path: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Volume {
    name: String,
    persistent_volume_claim: Claim,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Claim {
    claim_name: String,
}

fn read(name: &str) -> Job {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cluster/kubernetes").join(name);
    let job: Job = serde_norway::from_str(&fs::read_to_string(&path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!((job.api_version.as_str(), job.kind.as_str()), ("batch/v1", "Job"));
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    assert!(job.metadata.name.chars().all(is_name));
    job
}

/// What both jobs need.
fn check_pod(job: &Job) -> &Container {
    let pod = &job.spec.template.spec;
    // A policy of failures needs it: the kubelet would restart the container without asking.
    assert_eq!(pod.restart_policy, "Never");
    let [container] = &pod.containers[..] else { panic!("one container") };
    let [mount] = &container.volume_mounts[..] else { panic!("one mount") };
    let [volume] = &pod.volumes[..] else { panic!("one volume") };
    assert_eq!(mount.name, volume.name);
    assert!(!volume.persistent_volume_claim.claim_name.is_empty());
    assert_eq!(container.command, ["tradepath"]);
    assert_eq!(container.image, format!("tradepath:{}", env!("CARGO_PKG_VERSION")));
    assert_eq!(container.resources.limits["memory"], container.resources.requests["memory"]);
    let paths: Vec<&String> = container.args.iter().filter(|argument| argument.starts_with('/')).collect();
    assert!(!paths.is_empty());
    let inside = format!("{}/", mount.mount_path);
    assert!(paths.iter().all(|path| path.starts_with(&inside)), "written where the volume is");
    // Exit code 2 ends the job, any other failure is tried again.
    let of_code =
        job.spec.pod_failure_policy.rules.iter().find_map(|rule| Some((rule, rule.on_exit_codes.as_ref()?)));
    let (rule, codes) = of_code.unwrap();
    assert_eq!(
        (rule.action.as_str(), codes.operator.as_str(), &codes.values[..]),
        ("FailJob", "In", &[2][..])
    );
    assert_eq!(codes.container_name, container.name);
    container
}

/// The arguments with the volume at `at`.
fn here(container: &Container, at: &Path) -> Vec<String> {
    let mount = &container.volume_mounts[0].mount_path;
    container.args.iter().map(|argument| argument.replace(mount, &at.display().to_string())).collect()
}

#[test]
fn an_indexed_job_computes_every_part_and_the_next_one_joins_them() {
    let (parts, joined) = (read("parts.yaml"), read("reduce.yaml"));
    let spec = &parts.spec;
    assert_eq!(spec.completion_mode.as_deref(), Some("Indexed"));
    let completions = spec.completions.expect("an Indexed Job needs completions");
    assert!(spec.parallelism.is_some_and(|parallelism| (1..=completions).contains(&parallelism)));
    assert!(spec.backoff_limit_per_index > Some(0) && spec.backoff_limit.is_none());
    let lost = spec.pod_failure_policy.rules.iter().find(|rule| rule.on_pod_conditions.is_some()).unwrap();
    let condition = &lost.on_pod_conditions.as_ref().unwrap()[0];
    let condition = (condition.r#type.as_str(), condition.status.as_str());
    assert_eq!((lost.action.as_str(), condition), ("Ignore", ("DisruptionTarget", "True")));
    let container = check_pod(&parts);
    let at_shards = container.args.iter().position(|argument| argument == "--shards").unwrap();
    assert_eq!(container.args[at_shards + 1], completions.to_string());

    assert_eq!(joined.spec.completion_mode, None);
    assert_eq!((joined.spec.completions, joined.spec.parallelism), (None, None));
    assert!(joined.spec.backoff_limit > Some(0) && joined.spec.backoff_limit_per_index.is_none());
    let joining = check_pod(&joined);
    assert_eq!(
        parts.spec.template.spec.volumes[0].persistent_volume_claim.claim_name,
        joined.spec.template.spec.volumes[0].persistent_volume_claim.claim_name
    );

    // The commands themselves, for every index.
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let arguments = here(container, at);
    for index in 0..completions {
        let mut command = tradepath(at);
        command.args(&arguments[..1]).arg(plan()).args(DRAWS).args(&arguments[1..]);
        command.env("JOB_COMPLETION_INDEX", index.to_string()).assert().success();
    }
    let arguments = here(joining, at);
    reduce(at, &arguments[1..].join(" ")).success();
    run(at, "--out alone").success();
    assert_eq!(contents(&at.join("whole")), contents(&at.join("alone")));
}
