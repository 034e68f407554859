// The pages of a real daemon in browsers, from the invitation to the month's end. Puts a
// picture of every page into SHOTS. Each step is a test; a step that others need ends the run.
//
//	make check-pages [FLOWS="office look"]   first_run and day go before any other
import fs from 'node:fs';
import { county, env, finish, haveClock, setClock, shots, skipped, startHost } from './harness.mjs';
import { firstRun } from './first_run.mjs';
import { theDay } from './day.mjs';
import { theEvening } from './evening.mjs';
import { theOffice } from './office.mjs';
import { theMonth } from './month.mjs';
import { everyPage } from './look.mjs';
import { theCounty } from './county.mjs';
import { oldBrowsers } from './old.mjs';

fs.rmSync(shots, { recursive: true, force: true });
fs.mkdirSync(shots, { recursive: true });
const FLOWS = [['first_run', firstRun], ['day', theDay], ['evening', theEvening], ['office', theOffice], ['month', theMonth], ['old', oldBrowsers], ['look', everyPage], ['county', theCounty]];
const NEEDED = ['first_run', 'day'];
const w = { desk: null, one: null, two: null }; // a PC, two phones
let broken = null;
try {
	if (!haveClock) skipped('the pages of a day', 'no libfaketime here: package faketime');
	else {
		setClock('2026-10-29T16:50:00'); // a Thursday in term, before the end at 18:00
		county();
		await startHost();
		const wanted = (env.FLOWS || '').split(' ').filter(Boolean);
		for (const [name, flow] of FLOWS) if (!wanted.length || wanted.includes(name) || NEEDED.includes(name)) await flow(w);
	}
} catch (e) {
	broken = e;
}
process.exit(await finish(broken));
