def load_cells(cycles=()): raise NotImplementedError
