"""What a shop may say in its rules, and in the file that holds them."""

from __future__ import annotations

import pytest

from modiste.recommender.rules import Rules


class TestRules:
    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"diversity": 1.0}, "diversity must be a number from 0 to below 1"),
            ({"diversity": float("nan")}, "diversity"),
            ({"diversity": True}, "diversity"),
            ({"max_per_brand": 0}, "at least 1"),
            ({"max_per_brand": 1.5}, "whole number"),
            ({"fresh_share": 1.1}, "fresh_share"),
            ({"fresh_days": 0}, "fresh_days"),
            ({"pinned": "i1"}, "pinned must be a list"),
            ({"buried": [1]}, "Received: 1 in it"),
            ({"pinned": ["i1"], "excluded": ["i1"]}, "neither buried nor excluded"),
            ({"excluded_for": ["u1"]}, "for each user_id"),
            ({"excluded_for": {"u1": "i1"}}, r"excluded_for\['u1'\]"),
        ],
    )
    def test_wrong_ones_are_refused(self, values, message):
        with pytest.raises(ValueError, match=message):
            Rules(**values)

    def test_read_what_a_shop_wrote(self, tmp_path):
        path = tmp_path / "rules.json"
        path.write_text('{"diversity": 0.3, "pinned": ["i1", "i1"], "excluded_for": {"u": ["i2"]}}')
        rules = Rules.read(path)
        assert rules == Rules(diversity=0.3, pinned=("i1",), excluded_for={"u": ("i2",)})
        assert rules.reorders
        assert not Rules(excluded=("i1",)).reorders

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "must be a JSON object"),
            ("[]", "Received: list"),
            ('{"divresity": 1}', "Received: divresity"),
            ('{"diversity": 2}', "rules.json: diversity"),
        ],
    )
    def test_a_broken_file_is_named(self, tmp_path, text, message):
        path = tmp_path / "rules.json"
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            Rules.read(path)

    def test_more_ids_than_a_shop_can_mean_are_refused(self, monkeypatch):
        monkeypatch.setattr("modiste.recommender.rules.MAX_IDS", 2)
        with pytest.raises(ValueError, match="at most 2 item ids"):
            Rules(buried=("a", "b", "c"))
