"""A profile is drafted from real exports that no profile describes yet."""

from pathlib import Path

from assets.command_line.profile_draft import DraftRequest, draft_for_file
from assets.command_line.profile_preview import Sending
from pipeline.home import Home


def test_a_profile_is_drafted_for_boston(tmp_path: Path, shared_data: Path) -> None:
    exports = shared_data / "boston311" / "exports"
    request = DraftRequest(Sending(Home(tmp_path), "", "BOS"), sender_name="City of Boston")
    found = draft_for_file(exports / "2011-10.csv.gz", request)
    preview = found.preview
    assert preview is not None
    assert (preview.rows, preview.accepted_rows, preview.month) == (16751, 16751, "2011-10")
    assert preview.profile.columns == {
        "dossier_id": "case_enquiry_id",
        "procedure_code": "type",
        "unit_code": "subject",
        "status": "case_status",
        "channel": "source",
        "received_at": "open_dt",
        "due_at": "target_dt",
        "ended_at": "closed_dt",
    }
    assert preview.profile.values["channel"]["Self Service"] == "online"
    register = (tmp_path / "agencies.csv").read_text(encoding="utf-8")
    hotline = "Mayor's 24 Hour Hotline"
    assert f"BOS.mayors-24-hour-hotline,{hotline},{hotline},department,BOS" in register
    assert "BOS,City of Boston,City of Boston,agency,\n" in register
    assert any("time_zone" in remark for remark in found.draft.unsure)
