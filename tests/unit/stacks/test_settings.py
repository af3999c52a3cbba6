import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from stacks.settings import Routing, Settings, SettingsError, known_regions

ROOT = Path(__file__).parents[3]

GOOD = """
domain = "books.example.com"
regions = ["eu-west-1", "ap-southeast-1"]
"""


TWELVE = json.dumps(sorted(known_regions())[:12])
TWENTY_THREE = json.dumps(sorted(known_regions())[:23])


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOOKSTORE_LOCAL", raising=False)


def load(folder: Path, text: str) -> Settings:
    file = folder / "settings.toml"
    file.write_text(text)
    return Settings.load(file)


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return [line.removeprefix(f"{folder / 'settings.toml'}: ") for line in caught.value.mistakes]


@pytest.mark.parametrize("file", sorted(ROOT.glob("settings/*.toml")), ids=lambda file: file.name)
def test_project_settings_files_load(file: Path) -> None:
    assert Settings.load(file).regions


def test_primary_is_first_region(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).primary == "eu-west-1"


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ('regions = ["eu-west-9"]', "regions.0", "unknown region 'eu-west-9'"),
        ('regions = ["eu-west-1", "eu-west-1"]', "regions", "duplicate region 'eu-west-1'"),
        ("regions = []", "regions", "at least one"),
        ("", "regions", "missing"),
        ('regions = ["eu-west-1"]\ndomain = "Books"', "domain", "bad domain 'Books'"),
        ('regions = ["eu-west-1"]\ndomain = "-a.example.com"', "domain", "bad domain"),
        ('regions = ["eu-west-1"]\nregoins = []', "regoins", "unknown key"),
        ('regions = ["eu-west-1"]\n[features]\nblogg = true', "features.blogg", "unknown key"),
        ('regions = ["eu-west-1"]\n[state]\nbackend = "s3"', "state", "needs bucket_prefix"),
        ('regions = ["eu-west-1"]\n[state]\nbackend = "cloud"', "state", "needs organization"),
        ('regions = ["eu-west-1"]\n[routing]\nhealth_check_interval = 20', "routing", "10 or 30"),
        ('regions = ["eu-west-1"]\nenvironment = "Prod_1"', "environment", "'Prod_1'"),
        ('regions = ["eu-west-1"]\n[routing]\npolicy = "failover"', "", "takes two regions"),
        (f"regions = {TWELVE}\n[features]\nblog = true", "", "features.blog takes at most 11 regions"),
        (f"regions = {TWENTY_THREE}", "", "features.alarms takes at most 22 regions"),
        (
            'regions = ["eu-west-1", "ap-east-2"]\n[features]\nblog = true',
            "",
            "features.blog needs Aurora global databases: not in ap-east-2",
        ),
        (
            'regions = ["mx-central-1"]\n[features]\ndelivery = true\n[delivery]\nrepository = "us/books"',
            "",
            "features.delivery needs codepipeline, codebuild: not in mx-central-1, the first region",
        ),
        (
            'regions = ["eu-south-2"]\n[features]\ndelivery = true\n'
            '[delivery]\nsource = "codecommit"\nrepository = "books"',
            "",
            "features.delivery needs codecommit: not in eu-south-2, the first region",
        ),
        ('regions = ["eu-west-1"]\n"un\\nheard" = 1', r'"un\nheard"', "unknown key"),
        ('regions = "eu-west-1"', "regions", "write a list in brackets"),
        ('regions = ["eu-west-1"]\nproject = "book--store"', "project", "'book--store'"),
        ('regions = ["eu-west-1"]\nproject = 5', "project", "write text in quotes, not 5"),
        ('regions = ["eu-west-1"]\nfeatures = "blog"', "features", "write a table"),
        ('regions = ["eu-west-1"]\ntags = ["books"]', "tags", "write a table"),
        ('regions = ["eu-west-1"]\n[tags]\n"aws:owner" = "us"', "tags", "AWS reserves tags"),
        ('regions = ["eu-west-1"]\n[email]\nsender = "a@example.com"', "email", "set both"),
        ('regions = ["eu-west-1"]\n[email]\nidentity = "example.com"', "email.identity", "arn:aws:ses"),
        ('regions = ["eu-west-1"]\n[features]\nblog = "perhaps"', "features.blog", "write true or false"),
        ('regions = ["eu-west-1"]\n[stock_weights]\neu-west-1 = 0', "", "stock_weights gives no region"),
        (
            'regions = ["eu-west-1"]\n[routing]\nhealth_check_threshold = "two"',
            "routing.health_check_threshold",
            "write a whole number",
        ),
    ],
)
def test_mistake_is_one_line_with_its_key(tmp_path: Path, text: str, place: str, hint: str) -> None:
    (line,) = mistakes(tmp_path, text)
    assert "\n" not in line
    assert line.startswith(place)
    assert hint in line


SES = "arn:aws:ses:eu-west-1:123456789012:identity/"


@pytest.mark.parametrize(
    ("sender", "verified"),
    [
        ("no-reply@books.example.com", "books.example.com"),
        ("Books <no-reply@books.example.com>", "example.com"),
        ('"Books, Inc." <no-reply@books.example.com>', "no-reply@books.example.com"),
    ],
)
def test_sender_with_verified_domain_loads(tmp_path: Path, sender: str, verified: str) -> None:
    email = f"[email]\nsender = '{sender}'\nidentity = '{SES}{verified}'"
    assert load(tmp_path, GOOD + email).email.sender == sender


@pytest.mark.parametrize(
    ("sender", "verified"),
    [
        ("no-reply@books.example.com", "sbooks.example.com"),
        ("no-reply@books.example.com", "ooks.example.com"),
        ("no-reply@example.com", "books.example.com"),
        ("no-reply@books.example.com", "orders@books.example.com"),
    ],
)
def test_sender_without_identity_refused(tmp_path: Path, sender: str, verified: str) -> None:
    (line,) = mistakes(tmp_path, GOOD + f"[email]\nsender = '{sender}'\nidentity = '{SES}{verified}'")
    assert line == f"email: sender '{sender}' is not covered by identity '{verified}': verify its domain"


@pytest.mark.parametrize(
    "sender",
    [
        "books.example.com",
        "@books.example.com",
        "no reply@books.example.com",
        "no-reply@Books",
        "Books, Inc. <no-reply@books.example.com>",
        "Bücher <no-reply@books.example.com>",
        "a@books.example.com, b@books.example.com",
        "Books\\nBcc: x <no-reply@books.example.com>",
        "",
    ],
)
def test_malformed_sender_refused(tmp_path: Path, sender: str) -> None:
    text = f'[email]\nsender = "{sender}"\nidentity = "{SES}books.example.com"'
    (line,) = mistakes(tmp_path, GOOD + text)
    assert line.startswith("email.sender: bad sender ")
    assert "use an ASCII address such as" in line


@pytest.mark.parametrize(
    ("pool", "ses", "may"),
    [
        ("ap-southeast-1", "ap-southeast-1", True),
        ("ap-southeast-1", "eu-west-1", True),
        ("ap-southeast-1", "ap-northeast-1", False),
        ("eu-west-1", "us-east-2", False),
    ],
)
def test_sender_region_must_suit_cognito(tmp_path: Path, pool: str, ses: str, may: bool) -> None:
    identity = SES.replace("eu-west-1", ses) + "example.com"
    text = f'regions = ["{pool}"]\n[email]\nsender = "a@example.com"\nidentity = "{identity}"'
    if may:
        assert load(tmp_path, text).email.region == ses
    else:
        (line,) = mistakes(tmp_path, text)
        assert line.startswith(
            f"email.identity is in {ses}: Cognito sends from {pool}, where the user pool is"
        )


def test_each_mistake_has_a_line(tmp_path: Path) -> None:
    lines = mistakes(tmp_path, 'regions = ["eu-west-9"]\ndomain = "x"\nunknown = 1\nlog_retention_days = 2')
    assert len(lines) == 4


def test_unknown_and_duplicate_region_both_reported(tmp_path: Path) -> None:
    lines = mistakes(tmp_path, 'regions = ["eu-west-1", "eu-west-9", "eu-west-1", 5]\ndomain = "x"')
    assert [line.partition(": use")[0].partition(": list")[0] for line in lines] == [
        "domain: bad domain 'x'",
        "regions.1: unknown region 'eu-west-9'",
        "regions.3: write text in quotes, not 5",
        "regions: duplicate region 'eu-west-1'",
    ]


@pytest.mark.parametrize("text", ["regions = [", "=", 'regions = "eu-west-1'])
def test_invalid_toml_refused(tmp_path: Path, text: str) -> None:
    (line,) = mistakes(tmp_path, text)
    assert line.startswith("is not TOML")


def test_missing_file_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "text", ['regions = ["eu-west-9", "eu-west-9"]', 'regions = ["eu-west-1"]\nunknown = 1', "="]
)
def test_main_with_mistakes_exits_2(tmp_path: Path, text: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    ended = subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={"SETTINGS": str(file), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert all(line.startswith(f"{file}: ") for line in ended.stderr.splitlines())
    assert ended.stderr.strip()


def test_binary_file_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML"):
        Settings.load(file)


def test_variable_without_json_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKSTORE_REGIONS", "eu-west-1")
    with pytest.raises(
        SettingsError,
        match=r'a BOOKSTORE_ environment variable that overrides it is not valid JSON.*"regions"',
    ):
        load(tmp_path, GOOD)


@pytest.mark.parametrize("name", ["BOOKSTORE_REGION", "BOOKSTORE_FEATURE__WAF"])
def test_unknown_variable_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=f"{name} in the environment is no setting"):
        load(tmp_path, GOOD)


def test_environment_overrides_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKSTORE_FEATURES__WAF", "true")
    monkeypatch.setenv("BOOKSTORE_REGIONS", '["us-west-2"]')
    settings = load(tmp_path, GOOD)
    assert settings.features.waf
    assert settings.features.storefront
    assert settings.regions == ("us-west-2",)


def test_local_addresses_merged_with_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "redis": {"eu-west-1": "redis://127.0.0.1:4580/0"},
        "regions": {"eu-west-1": {"api": "http://127.0.0.1:4570/v1"}},
    }
    monkeypatch.setenv("BOOKSTORE_LOCAL", json.dumps(given))
    settings = load(tmp_path, GOOD + '[local]\napi = "http://127.0.0.1:4561/v1"')
    assert settings.api_url() == "http://127.0.0.1:4561/v1"
    assert settings.redis_url("eu-west-1") == "redis://127.0.0.1:4580/0"
    assert settings.api_url("eu-west-1") == "http://127.0.0.1:4570/v1"


def test_aws_environment_is_not_local(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert not settings.is_local
    assert settings.api_url("eu-west-1") == "https://api-eu-west-1.books.example.com/v1"
    assert settings.redis_url("eu-west-1") is None


def test_settings_are_frozen(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(tmp_path, GOOD).domain = "other.example.com"


def test_state_bucket_has_region(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD + '[state]\nbackend = "s3"\nbucket_prefix = "books-state"')
    assert settings.state_bucket("eu-west-1") == "books-state-eu-west-1"


def test_longest_names_fit_aws() -> None:
    longest_name = "p" * 14 + "-" + "e" * 10
    longest_region = max(known_regions(), key=len)
    assert len(f"{longest_name}-bestsellers-rebuild-{longest_region}") <= 64, "IAM roles"
    assert len(f"{longest_name}-cache") <= 40, "ElastiCache"
    assert len(f"{longest_name}-media-{longest_region}-123456789012") <= 63, "S3"
    assert len(f"{longest_name}-blog") <= 32, "load balancers"


def test_known_regions_are_commercial() -> None:
    assert {"eu-west-1", "ap-southeast-1", "us-east-1", "sa-east-1"} <= known_regions()
    assert not {"aws-global", "cn-north-1", "us-gov-west-1"} & known_regions()


REFUSED_BY_AWS = """
project = "internal"
environment = "dev"
domain = "a-very-long-label-for-a-bookstore.with-another-long-label.example.com"
regions = ["eu-west-1", "sa-west-1"]
[state]
backend = "s3"
bucket_prefix = "xn--books"
[tags]
Owner = "books & co"
project = "twice"
Emoji = "📚"
"""


def test_each_value_that_aws_refuses_has_a_line(tmp_path: Path) -> None:
    lines = mistakes(tmp_path, REFUSED_BY_AWS)
    assert [line.partition(":")[0] for line in lines] == [
        "project",
        "domain",
        "regions.1",
        "state.bucket_prefix",
        "tags.Owner",
        "tags.project",
        "tags.Emoji",
    ]
    assert not [line for line in lines if "\n" in line]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('project = "sg"', "EC2 reserves"),
        ('project = "sthree"', "S3 reserves"),
        ('[state]\nbackend = "s3"\nbucket_prefix = "amzn-s3-demo-books"', "S3 reserves"),
        ('[tags]\n"Own\u00e9r" = "books"', "bad tag"),
        ('[tags]\nowner = "a"\nOwner = "b"', "differ in case only"),
        ("[tags]\n" + "\n".join(f'k{number} = "v"' for number in range(8)), "8 tags"),
        (
            '[observability]\nemails = ["a@example.com", "b@example.com", "A@example.com"]',
            "duplicate address a@example.com: list each address once",
        ),
        (
            '[features]\ndelivery = true\n[delivery]\nsource = "codecommit"\nrepository = "us/books"',
            "a CodeCommit name has none",
        ),
        (
            '[features]\ndelivery = true\n[delivery]\nrepository = "books"',
            "delivery.repository 'books' has no '/': on GitHub it is owner/name",
        ),
        ('[network_cidrs]\neu-wst-1 = "10.9.0.0/16"', "network_cidrs.eu-wst-1: unknown region 'eu-wst-1'"),
        *(
            (
                f'[network_cidrs]\neu-west-1 = "{block}"',
                f"network_cidrs.eu-west-1: {special} is for {use}: use a private block such as '10.200.0.0/16', "
                f"not '{block}'",
            )
            for block, special, use in [
                ("0.0.0.0/16", "0.0.0.0/8", "hosts of the own network"),
                ("127.1.0.0/16", "127.0.0.0/8", "loopback"),
                ("169.254.0.0/16", "169.254.0.0/16", "link-local addresses"),
                ("239.1.0.0/16", "224.0.0.0/4", "multicast"),
            ]
        ),
    ],
)
def test_value_that_aws_refuses_has_a_line(tmp_path: Path, text: str, hint: str) -> None:
    (line,) = mistakes(tmp_path, GOOD + text)
    assert hint in line


def test_rate_limit_that_blocks_health_checks_refused(tmp_path: Path) -> None:
    shortest_interval = min(get_args(Routing.model_fields["health_check_interval"].annotation))
    of_one_checker = 2 * 300 // shortest_interval
    for limit in (1, 10, of_one_checker, 99):
        (line,) = mistakes(tmp_path, GOOD + f"[firewall]\nrequests_per_5_minutes = {limit}")
        assert "use 100 or more, a lower limit blocks Route 53's health checks" in line


@pytest.mark.parametrize(
    "text",
    [
        'regions = ["ap-east-2"]',
        f"regions = {TWENTY_THREE}\n[features]\nalarms = false",
        'regions = ["eu-west-1", "mx-central-1"]\n[features]\ndelivery = true\n[delivery]\nrepository = "us/books"',
        'regions = ["eu-south-2"]\n[features]\ndelivery = true\n[delivery]\nrepository = "us/books"',
    ],
)
def test_limit_of_unused_feature_is_not_checked(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).regions


def test_file_with_byte_order_mark_loads(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert Settings.load(file).primary == "eu-west-1"


def test_longest_domain_fits_certificate(tmp_path: Path) -> None:
    domain = f"{'a' * 50}.example.com"
    assert load(tmp_path, GOOD.replace("books.example.com", domain)).domain == domain
    (line,) = mistakes(tmp_path, GOOD.replace("books.example.com", f"a{domain}"))
    assert "ACM takes 64 characters" in line
