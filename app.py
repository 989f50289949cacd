"""The launcher: ``streamlit run app.py``. The router is ui/main.py (docs/decisions/0002)."""

import streamlit as st

from ui.server import lifespan, on_script_error, routes

app = st.App("ui/main.py", lifespan=lifespan, routes=routes(), on_script_error=on_script_error)
