# Why a version is refused or given up. The detector itself says it in English.

failure-sha256 = { $reason }
failure-cut = { $reason }
failure-preprocessing = { $reason }
failure-other-kind = { $reason }
failure-heads = { $reason }
failure-not-finite = { $reason }
failure-no-arrays = { $reason }
failure-unfolds = { $reason }
failure-no-manifest = { $reason }
failure-manifest = { $reason }
failure-strange = { $reason }
failure-missing = { $reason }
failure-no-archive = { $reason }
failure-here = { $reason }
failure-no-numbers = { $reason }
failure-broke = { $reason }
failure-slower = { $reason }
failure-slow = { $reason }
failure-one-answer = { $reason }
failure-one-name = { $reason }
