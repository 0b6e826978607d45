"""Pages for people: server-rendered, in Vietnamese and English, nothing from other hosts."""
