package erasure
