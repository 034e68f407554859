// The third script: what is done at a PC.
import { offer } from './office';
import { Backup } from './pages/backup';
import { CountyHelp } from './pages/county';
import { Import } from './pages/import';
import { Machine } from './pages/machine';
import { Month } from './pages/month';
import { Late, Paper } from './pages/paper';
import { Schools } from './pages/schools';
import { Setup } from './pages/setup';
import { Week } from './pages/week';

offer({
	setup: () => <Setup />,
	import: () => <Import />,
	week: () => <Week />,
	statement: () => <Month />,
	paper: () => <Paper />,
	late: () => <Late />,
	machine: () => <Machine />,
	backup: () => <Backup />,
	schools: () => <Schools />,
	help: () => <CountyHelp />,
});
