# Why a version is refused or given up. The detector itself says it in English.

failure-sha256 = { $reason }
failure-cut = { $reason }
failure-preprocessing = it was made for another preparation of pictures ({ $is }, mine is { $wanted }): train a new one
failure-other-kind = { $reason }
failure-heads = { $reason }
failure-not-finite = { $reason }
failure-no-arrays = { $reason }
failure-unfolds = unpacked it would take { $size } MB: leave it alone
failure-no-manifest = { $reason }
failure-manifest = { $reason }
failure-strange = { $reason }
failure-missing = its file { $file } is missing: copy it once more
failure-no-archive = { $reason }
failure-here = { $reason }
failure-no-numbers = { $reason }
failure-broke = { $reason }
failure-slower = it takes { $new } ms a look, the one before took { $before } ms
failure-slow = it takes { $seconds } s a look
failure-one-answer = for an hour it gave one answer to everything; the one before said otherwise of { $differing } in { $looks } pictures
failure-one-name = for an hour it called every hen by one name; the one before said another in { $differing } of { $looks } pictures
