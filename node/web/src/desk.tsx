// The second script: pages of the office, on a PC or opened seldom on a phone.
import { offer } from './office';
import { Backup } from './pages/backup';
import { Copy, Pupil } from './pages/child';
import { ConsentChoice, ConsentList } from './pages/consent';
import { Exchange } from './pages/exchange';
import { All, Form, List } from './pages/generic';
import { Import } from './pages/import';
import { Machine } from './pages/machine';
import { Month } from './pages/month';
import { Late, Paper } from './pages/paper';
import { People } from './pages/people';
import { Notices, Policy } from './pages/policy';
import { Pupils } from './pages/pupils';
import { Schools } from './pages/schools';
import { Setup } from './pages/setup';
import { Week } from './pages/week';

offer({
	setup: () => <Setup />,
	exchange: () => <Exchange />,
	pupils: ([id]) => id === 'import' ? <Import /> : id ? <Pupil key={id} id={id} /> : <Pupils />,
	copy: ([id]) => <Copy id={id} />,
	consent: ([grp]) => grp ? <ConsentList key={grp} grp={grp} /> : <ConsentChoice />,
	people: () => <People />,
	week: () => <Week />,
	statement: () => <Month />,
	paper: () => <Paper />,
	late: () => <Late />,
	all: () => <All />,
	form: ([name]) => <Form key={name} name={name} />,
	list: ([name]) => <List key={name} name={name} />,
	notices: () => <Notices />,
	policy: () => <Policy />,
	machine: () => <Machine />,
	backup: () => <Backup />,
	schools: () => <Schools />,
});
