-- about: Schools and classes of 30 children or more where everybody takes part, with what else may be a sign of disguised compulsion.
-- about_zh: 可能是变相强制：30 人以上全部参加的学校和班，以及别的迹象。
-- roles: head clerk lead auditor
-- params:
-- requires: R3
-- each: school
-- include consent_unit
SELECT :school AS school, u.grp, u.pupils, u.yes, u.same_minute, u.same_hand, u.same_day,
	CASE WHEN u.same_minute >= u.yes THEN 'same_minute' WHEN u.same_day >= u.yes
		AND u.same_hand >= u.yes THEN 'same_hand_and_day' ELSE 'all_take_part' END AS what
FROM unit u WHERE u.yes >= u.pupils ORDER BY u.grp;
