"""What the command prints, and where: one clear line for bad input, JSON alone where it was asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.command import (
    PROGRAMMES,
    ROOT,
    kpi_rows,
    run,
    workbooks,
)
from tests.end_to_end.printed_figures import RA

SLOUGH = "slough_2021"
AS_AT = "2021-11-30"
VISITS = "visits_in_timescale"


class TestFailures:
    """Bad input is one clear line on standard error, the documented exit code, and nothing on standard output."""

    def fails(self, code: int, *arguments: object) -> str:
        result = run(*arguments)
        assert (result.code, result.out) == (code, "")
        assert "Traceback" not in result.err
        return result.error_line

    @pytest.mark.parametrize("command", [("kpis",), ("actions",), ("explain", VISITS)])
    def test_unknown_programme(self, tmp_path: Path, command: tuple[str, ...]) -> None:
        line = self.fails(2, *command, "--programme", "slow_2021", "--home", tmp_path, "--as-at", AS_AT)
        assert "slow_2021" in line
        assert SLOUGH in line

    def test_unknown_programme_to_ingest(self, tmp_path: Path) -> None:
        assert "slow_2021" in self.fails(2, "ingest", "--programme", "slow_2021", "--home", tmp_path)

    @pytest.mark.parametrize("day", ["30/11/2021", "2021-11-31", "yesterday"])
    def test_bad_date(self, slough_home: Path, day: str) -> None:
        line = self.fails(2, "kpis", "--programme", SLOUGH, "--home", slough_home, "--as-at", day)
        assert repr(day) in line

    def test_unknown_indicator_names_the_nearest(self, slough_home: Path) -> None:
        line = self.fails(2, "explain", "--programme", SLOUGH, "--home", slough_home, "--as-at", AS_AT,
                          "visit_in_timescale")  # fmt: skip
        assert "'visits_in_timescale'" in line

    def test_unknown_service_names_the_nearest(self, slough_home: Path) -> None:
        line = self.fails(2, "explain", "--programme", SLOUGH, "--home", slough_home, "--as-at", AS_AT,
                          VISITS, "--service", "referal_assessment")  # fmt: skip
        assert RA in line

    def test_an_empty_inbox_is_said_and_fine(self, tmp_path: Path) -> None:
        result = run("ingest", "--programme", SLOUGH, "--home", tmp_path, "--json")
        assert (result.code, result.json) == (0, {"files": [], "waiting": []})
        assert "empty" in result.error_line

    @pytest.mark.parametrize("command", [("kpis",), ("actions",), ("explain", VISITS)])
    def test_no_data(self, tmp_path: Path, command: tuple[str, ...]) -> None:
        line = self.fails(3, *command, "--programme", SLOUGH, "--home", tmp_path, "--as-at", AS_AT)
        assert "ingest" in line

    @pytest.mark.parametrize(
        ("arguments", "option"),
        [(("kpis", "--as-at", AS_AT), "--programme"), (("kpis", "--programme", SLOUGH), "--as-at"),
         (("ingest",), "--programme"), (("build", "--programme", SLOUGH, "--as-at", AS_AT), "--board")],
    )  # fmt: skip
    def test_missing_option(self, arguments: tuple[str, ...], option: str) -> None:
        assert option in self.fails(2, *arguments)

    def test_unknown_option_and_command(self) -> None:
        assert "--as-it" in self.fails(2, "kpis", "--programme", SLOUGH, "--as-it", AS_AT)
        assert "kpi" in self.fails(2, "kpi")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        line = self.fails(2, "check", tmp_path / "gone.xlsx", "--programme", SLOUGH, "--home", tmp_path)
        assert "gone.xlsx" in line

    def test_an_event_that_has_not_happened(self, slough_home: Path) -> None:
        line = self.fails(2, "kpis", "--programme", SLOUGH, "--home", slough_home, "--as-at", AS_AT,
                          "--as-known", "9999")  # fmt: skip
        assert "9999" in line

    def test_what_is_not_built_yet_is_refused(self, slough_home: Path) -> None:
        line = self.fails(2, "build", "--programme", SLOUGH, "--home", slough_home, "--board", "tsg", "--as-at",
                          AS_AT, "--edition", "public")  # fmt: skip
        assert "public" in line

    def test_a_configuration_that_is_wrong_names_file_line_and_key(self, tmp_path: Path) -> None:
        copy = tmp_path / SLOUGH
        shutil.copytree(PROGRAMMES / SLOUGH, copy)
        text = (copy / "indicators.yaml").read_text(encoding="utf-8")
        (copy / "indicators.yaml").write_text(text.replace("small_base", "x").replace("plan_refs", "plan_ref", 1),
                                              encoding="utf-8")  # fmt: skip
        line = self.fails(2, "kpis", "--programme", copy, "--home", tmp_path, "--as-at", AS_AT)
        assert "indicators.yaml, line " in line
        assert "did you mean 'plan_refs'" in line


class TestOutput:
    def test_standard_output_holds_one_json_document_only_with_json(self, slough_home: Path) -> None:
        same = ("--programme", SLOUGH, "--home", slough_home)
        for command in (("kpis", "--as-at", AS_AT), ("actions", "--as-at", AS_AT)):
            printed = run(*command, *same)
            assert printed.out
            with pytest.raises(json.JSONDecodeError):
                json.loads(printed.out)
        assert isinstance(run("explain", VISITS, "--as-at", AS_AT, *same, "--json").json, dict)

    def test_programmes(self, tmp_path: Path) -> None:
        found = {p["id"]: p for p in run("programmes", "--home", tmp_path, "--json").json["programmes"]}
        assert {SLOUGH, "hillingdon_2015"} <= found.keys()
        assert "compliance_report" in found[SLOUGH]["returns"]
        assert found[SLOUGH]["boards"] == ["tsg"]

    def test_a_programme_may_lie_anywhere_and_the_home_in_the_environment(
        self, slough_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        copy = tmp_path / "elsewhere"
        shutil.copytree(PROGRAMMES / SLOUGH, copy)
        monkeypatch.setenv("BOARDPACK_HOME", str(slough_home))
        rows = run("kpis", "--programme", copy, "--as-at", AS_AT, "--json").json["rows"]
        assert rows == list(kpi_rows(slough_home, SLOUGH, AS_AT).values())

    def test_help_loads_nothing_heavy(self) -> None:
        script = (
            "import sys\n"
            "from flows.cli.main import main\n"
            "try:\n    main(['--help'])\n"
            "except SystemExit as stop:\n"
            "    loaded = {name.split('.')[0] for name in sys.modules}\n"
            "    heavy = {'pandas', 'pandera', 'prefect', 'sqlalchemy', 'openpyxl', 'weasyprint', 'pydantic'}\n"
            "    print(stop.code, sorted(loaded & heavy), file=sys.stderr)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
        assert "kpis" in done.stdout
        code, loaded = done.stderr.strip().split(" ", 1)
        assert code in {"0", "None"}
        assert not {"pandas", "prefect"} & set(json.loads(loaded.replace("'", '"')))


def test_a_time_of_receipt_is_kept(tmp_path: Path) -> None:
    """Received at a moment, and known as of that moment only."""
    same = ("--programme", "hillingdon_2015", "--home", tmp_path)
    newest = next(p for p in workbooks("hillingdon_2015") if "2016" in p.name)
    assert run("ingest", *same, "--received-at", "2016-04-01T08:00:00Z", newest).code == 0
    assert run("kpis", *same, "--as-at", "2016-03-31", "--as-known", "2016-04-01").code == 0
    assert run("kpis", *same, "--as-at", "2016-03-31", "--as-known", "2016-03-31").code == 3
