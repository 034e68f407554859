-- about: What makes a site different: places, network, sunset, road, bus, boarding week, guard, canteen, power, telephones, gates, classes.
-- about_zh: 校点的情况：名额、网络、天黑时间、路、班车、寄宿周、门卫、食堂、停电、没有智能手机的家长、校门、大班额。
-- roles: head
-- params: site:i places:i? connectivity:i? sunset:m? road:t? bus:t? boarding_week:i? visiting:b? guarded:b? canteen:b? power_cuts:b? no_smartphone:i? gates:i? oversize:i?
-- scope: school
-- requires: R5
SELECT refuse('R1.no_site', :site)
WHERE NOT EXISTS (SELECT 1 FROM site WHERE school = :school AND site = :site);
SELECT refuse('R5.connectivity', :connectivity) WHERE :connectivity NOT BETWEEN 0 AND 2;
SELECT refuse('R5.places', :places) WHERE :places NOT BETWEEN 0 AND 9999;
UPDATE site SET places = coalesce(:places, places),
	connectivity = coalesce(:connectivity, connectivity), sunset_min = coalesce(:sunset, sunset_min),
	road = coalesce(:road, road), bus = coalesce(:bus, bus),
	boarding_week = coalesce(:boarding_week, boarding_week), visiting = coalesce(:visiting, visiting),
	guarded = coalesce(:guarded, guarded), canteen = coalesce(:canteen, canteen),
	power_cuts = coalesce(:power_cuts, power_cuts),
	no_smartphone = coalesce(:no_smartphone, no_smartphone), gates = coalesce(:gates, gates),
	oversize = coalesce(:oversize, oversize)
WHERE school = :school AND site = :site;
