"""Reading what people write for people: pure functions over texts, for collectors and checks alike."""
