"""The founding recipe: reproduced with one click, and fine-tuning in earnest beside it."""

import streamlit as st

from core import jobs
from core.jobs.requests import RecipeRequest
from core.store import runs
from ui import command, live, recipe, shell

shell.start("recipe")
asked = st.query_params.get("run")
if asked:
    recipe.show(live.follow(asked))
    with st.container(horizontal=True):
        shell.next_step("Fine-tune your own data", "finetune")
        shell.next_step("All runs", "runs")
    st.stop()

recipe.explain()
done = runs.list_all(kind="recipe", states=["done"], limit=1, brief=True)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Run it", type="primary", icon=":material/play_arrow:", key="recipe_start"):
        shell.go("recipe", run=jobs.submit(RecipeRequest()).id)
    if done:
        shell.next_step("See the last result", "recipe", run=done[0].id)
st.caption(
    "It takes about half a minute. 20 Newsgroups (14 MB) is fetched once over the network where "
    "this server does not have it yet."
)
command.show(RecipeRequest())
