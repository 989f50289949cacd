"""Looking for a learning rate on the Fine-tune page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize("pretrained", [True, False])
def test_a_rate_is_found_and_used(
    app: Callable[..., Any], filled: dict[str, str], pretrained: bool
) -> None:
    at = app("finetune", data=filled["data"])
    at.selectbox(key="ft_model").set_value(filled["model"] if pretrained else "none").run()
    assert "ft_rates" not in [button.key for button in at.button]
    at.segmented_control(key="ft_head").set_value("gradient").run()
    at.button(key="ft_rates").click().run()
    assert not at.exception
    use = at.button(key="ft_rates_use")
    use.click().run()
    assert not at.exception
    rate = at.number_input(key="ft_gradient_learning_rate").value
    assert use.label == f"Use {rate:.2g}"
    # what was found for other settings is not shown for these
    at.number_input(key="ft_gradient_batch_size").set_value(3).run()
    assert "ft_rates_use" not in [button.key for button in at.button]
