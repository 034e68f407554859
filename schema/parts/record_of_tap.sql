-- What the request :tap recorded, by the answer that it got.
(SELECT json_extract(CAST(data AS TEXT), '$.rows[0].record') FROM kehou_answer
	WHERE kind = 'command' AND request = :tap AND length(data) > 0)
