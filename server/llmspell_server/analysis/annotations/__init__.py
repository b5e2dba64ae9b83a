"""LuaCATS annotations: the comments that say what values are, as LuaLS and EmmyLua read them."""
