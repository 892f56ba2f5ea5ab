.PHONY: demo test test-fast setup

demo: ## one good and one flawed answer of each challenge, graded for real
	@scripts/demo.sh

test: ## everything: unit, contract and reference tests
	@scripts/test.sh

test-fast: ## no container engine and no PostgreSQL needed
	@scripts/test.sh fast

setup:
	@scripts/setup.sh
