//! Paths that lead out: in addresses, parameters and names of files.

use quanyu::web::ROUTES;

use super::{encoded, parameters};
use crate::{
    account::Gate,
    entries::{leads_to, office, post},
    web::Site,
};

const CANARY: &str = "canary-7f3a-nobody-may-read-this";

/// Ways to a file two folders up, as they are written into an address.
fn ways() -> Vec<String> {
    let mut all: Vec<String> = [
        "../canary.txt",
        "../../canary.txt",
        "../../../canary.txt",
        "..\\..\\canary.txt",
        "....//....//canary.txt",
        "canary.txt\u{0}.png",
        "/etc/passwd",
        "../../../../../../etc/passwd",
        "C:\\canary.txt",
        "file:///etc/passwd",
    ]
    .into_iter()
    .map(encoded)
    .collect();
    // Encoded twice, overlong, and as they are.
    all.extend(
        [
            "%252e%252e%252fcanary.txt",
            "..%c0%af..%c0%afcanary.txt",
            "..%2f..%2fcanary.txt",
        ]
        .map(str::to_owned),
    );
    all.push("a".repeat(6000));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_and_no_parameter_leads_to_a_file_that_is_none_of_ours() {
    let gate = Gate::new().await;
    for place in ["canary.txt", "data/canary.txt", "data/files/canary.txt"] {
        let file = gate.district.file(place);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, CANARY).unwrap();
    }
    let mut browser = gate.signed_in("ke").await;
    let mut wrong = Vec::new();
    let (ways, parameters) = (ways(), parameters());
    for (route, _) in ROUTES {
        let places: Vec<&str> = route
            .split('{')
            .skip(1)
            .map(|it| it.split('}').next().unwrap())
            .collect();
        for way in &ways {
            let mut asked: Vec<String> = Vec::new();
            for place in &places {
                let path = route.replace(&format!("{{{place}}}"), way);
                let path = path
                    .replace("{register}", "contract")
                    .replace("{record}", "13")
                    .replace(['{', '}'], "");
                asked.push(path);
            }
            let names = ["sample", "file", "name", "path", "document", "template"];
            let read = parameters.get(*route).into_iter().flatten();
            let path = route
                .replace("{register}", "contract")
                .replace(['{', '}'], "");
            if way.len() < 200 {
                let read = read.filter(|it| names.contains(&it.as_str()));
                asked.extend(read.map(|it| format!("{path}?{it}={way}")));
            }
            for path in asked {
                let answer = gate.get(&mut browser, &path).await;
                let read = answer.text.contains(CANARY) || answer.text.contains("root:");
                if answer.status.is_server_error() || read {
                    wrong.push(format!("{path}: {}", answer.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_files_name_is_a_name_wherever_it_is_handed_out() {
    let site = Site::of(office()).await;
    let png = b"\x89PNG\r\n\x1a\n0000IHDR";
    let fields = [
        ("do", "save"),
        ("f.title", "示例会"),
        ("f.held_on", "2026-05-12"),
    ];
    for name in [
        "../../../canary.png",
        "..\\..\\canary.png",
        "/etc/canary.png",
        "C:canary.png",
    ] {
        let before = outside(&site);
        let fields: Vec<_> = fields
            .iter()
            .map(|(key, text)| {
                if *key == "f.title" {
                    (*key, name)
                } else {
                    (*key, *text)
                }
            })
            .collect();
        let sent = post(
            &site,
            "/registers/meeting/new",
            &fields,
            &[("up.scan", name, png)],
        )
        .await;
        let path = leads_to(&sent);
        let page = site.get(&path).await.text;
        let (_, rest) = page.split_once(&format!("{path}/files/")).unwrap();
        let hash: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        let file = site.get(&format!("{path}/files/{hash}")).await;
        let told = file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(told.starts_with("attachment"), "{told}");
        assert!(
            !told.contains("..") && !told.contains('\\') && !told.contains("etc"),
            "{name}: {told}"
        );
        assert_eq!(outside(&site), before, "{name} was written elsewhere");
    }
}

/// Names beside the district's data.
fn outside(site: &Site) -> Vec<String> {
    let folder = site.district.file("data").parent().unwrap().to_owned();
    let above = folder.parent().unwrap();
    let mut found: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    found.extend(
        above
            .join("canary.png")
            .exists()
            .then(|| "above".to_owned()),
    );
    found.sort();
    found
}
