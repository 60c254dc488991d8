from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from checkerboard import BARE, EMBEDDING_SIZE, N_ITEMS, OUT_OF_STOCK, VOCABULARY, shop_embeddings
from scipy import sparse

from modiste.errors import ReleaseError
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.catalogue_files import ATTRIBUTES_FILE, EMBEDDINGS_FILE


def test_columns_become_arrays(catalogue):
    assert catalogue.item_ids.index("i7") == 7
    assert catalogue.titles[7] == "Item 7"
    assert catalogue.categories[:6].tolist() == [0, 0, 1, 1, 2, 2]
    assert [catalogue.brand_names[b] for b in catalogue.brands[:2]] == ["Norrland", "Costa"]
    assert [catalogue.color_names[c] for c in catalogue.colors[:2]] == ["red", "navy"]
    assert catalogue.available.sum() == N_ITEMS - 1
    assert not catalogue.available[OUT_OF_STOCK]
    assert catalogue.available_from_days[0] == pytest.approx(20454.0)


def test_unknown_is_marked_not_zero(catalogue):
    assert catalogue.categories[BARE] == catalogue.brands[BARE] == catalogue.colors[BARE] == -1
    assert np.isnan(catalogue.prices[BARE])
    assert not catalogue.has_embedding[BARE]
    assert catalogue.attributes[[BARE]].nnz == 0


def test_items_without_a_group_are_groups_of_their_own(catalogue):
    groups = catalogue.groups
    assert groups[0] == groups[6]
    assert len(np.unique(groups[12:])) == N_ITEMS - 12
    assert not set(groups[:12]) & set(groups[12:])


def test_profiles_have_length_one_or_none(catalogue):
    lengths = np.sqrt(catalogue.attribute_profiles.power(2).sum(axis=1)).A1
    assert lengths[BARE] == 0
    np.testing.assert_allclose(np.delete(lengths, BARE), 1.0, rtol=1e-5)


def test_given_attributes_replace_the_listed_ones(catalogue):
    scores = sparse.csr_matrix((N_ITEMS, 4), dtype=np.float32)
    built = Catalogue.from_items(catalogue.items, VOCABULARY, attributes=scores)
    assert built.attributes.nnz == 0


class TestRefused:
    def test_wrong_embeddings(self, catalogue):
        with pytest.raises(ValueError, match=r"shape \(60, embedding_size\)"):
            Catalogue.from_items(catalogue.items, VOCABULARY, embeddings=shop_embeddings()[:5])

    def test_embeddings_that_are_not_finite(self, catalogue):
        broken = shop_embeddings()
        broken[4, 2] = np.nan
        with pytest.raises(ValueError, match="finite"):
            Catalogue.from_items(catalogue.items, VOCABULARY, embeddings=broken)

    def test_wrong_attributes(self, catalogue):
        with pytest.raises(ValueError, match=r"shape \(60, 4\)"):
            Catalogue.from_items(catalogue.items, VOCABULARY, attributes=sparse.csr_matrix((60, 3)))

    @pytest.mark.parametrize(("column", "value"), [("category", "Hat"), ("attributes", ["plaid"])])
    def test_names_outside_the_vocabulary(self, catalogue, column, value):
        items = catalogue.items.copy()
        items.at[3, column] = value
        with pytest.raises(ValueError, match=r"must be in the vocabulary. Received: '(Hat|plaid)'"):
            Catalogue.from_items(items, VOCABULARY)


class TestDisk:
    def test_round_trip(self, catalogue, tmp_path):
        catalogue.save(tmp_path)
        loaded = Catalogue.load(tmp_path)
        assert loaded.item_ids.ids == catalogue.item_ids.ids
        assert loaded.vocabulary == catalogue.vocabulary
        assert loaded.brand_names == catalogue.brand_names
        assert list(loaded.items.columns) == list(catalogue.items.columns)
        for name in ("categories", "groups", "brands", "colors", "available", "has_embedding"):
            np.testing.assert_array_equal(getattr(loaded, name), getattr(catalogue, name))
        np.testing.assert_array_equal(loaded.prices, catalogue.prices)
        np.testing.assert_array_equal(loaded.available_from_days, catalogue.available_from_days)
        assert (loaded.attributes != catalogue.attributes).nnz == 0

    def test_embeddings_stay_on_disk(self, catalogue, tmp_path):
        catalogue.save(tmp_path)
        loaded = Catalogue.load(tmp_path)
        assert isinstance(loaded.embeddings, np.memmap)
        assert loaded.embeddings.shape == (N_ITEMS, EMBEDDING_SIZE)

    def test_columns_of_nulls_only(self, catalogue, tmp_path):
        items = catalogue.items.assign(
            brand=None,
            item_group_id=None,
            category=None,
            color=None,
            price=np.nan,
            attributes=None,
            available_from=pd.Series(pd.NaT, index=range(N_ITEMS), dtype="datetime64[us, UTC]"),
        )
        Catalogue.from_items(items, VOCABULARY).save(tmp_path)
        loaded = Catalogue.load(tmp_path)
        assert (loaded.brands == -1).all()
        assert (loaded.categories == -1).all()
        assert len(np.unique(loaded.groups)) == N_ITEMS
        assert np.isnan(loaded.prices).all()
        assert np.isnan(loaded.available_from_days).all()

    def test_files_that_do_not_belong_together_are_refused(self, catalogue, tmp_path):
        catalogue.save(tmp_path)
        np.save(tmp_path / EMBEDDINGS_FILE, shop_embeddings()[:10])
        with pytest.raises(ReleaseError, match="belong together"):
            Catalogue.load(tmp_path)

    def test_nothing_is_pickled(self, catalogue, tmp_path):
        catalogue.save(tmp_path)
        with np.load(tmp_path / ATTRIBUTES_FILE, allow_pickle=False) as parts:
            assert all(parts[name].dtype != object for name in parts)

    def test_the_same_catalogue_gives_the_same_bytes(self, catalogue, tmp_path):
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            catalogue.save(tmp_path / name)
        for file in (tmp_path / "one").iterdir():
            assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
