-- about: The county's file of checks: these numbers are cleared, or barred, from a day.
-- about_zh: 入职查询结果：这些工号从某天起通过，或不得从业。
-- roles: clerk lead
-- params: numbers:j state:i from_on:d
-- scope: county
-- audit: numbers state
-- requires: R10
SELECT refuse('R10.clearance', :state) WHERE :state NOT IN (1, 2);
INSERT INTO clearance (number, state, from_on, at, by_staff)
SELECT CAST(value AS TEXT), :state, :from_on, now_ms(), :staff FROM json_each(:numbers) WHERE true
ON CONFLICT DO UPDATE SET state = excluded.state, from_on = excluded.from_on, at = excluded.at,
	by_staff = excluded.by_staff
	WHERE state <> excluded.state OR from_on <> excluded.from_on;
SELECT count(*) AS numbers FROM clearance WHERE state = :state;
