// The second script: pages of the office that are opened on a phone now and then.
import { offer } from './office';
import { Copy, Pupil } from './pages/child';
import { ConsentChoice, ConsentList } from './pages/consent';
import { Exchange } from './pages/exchange';
import { All, Form, List } from './pages/generic';
import { People } from './pages/people';
import { Notices, Policy } from './pages/policy';
import { Pupils } from './pages/pupils';

offer({
	exchange: () => <Exchange />,
	pupils: ([id]) => id ? <Pupil key={id} id={id} /> : <Pupils />,
	copy: ([id]) => <Copy id={id} />,
	consent: ([grp]) => grp ? <ConsentList key={grp} grp={grp} /> : <ConsentChoice />,
	people: () => <People />,
	all: () => <All />,
	form: ([name]) => <Form key={name} name={name} />,
	list: ([name]) => <List key={name} name={name} />,
	notices: () => <Notices />,
	policy: () => <Policy />,
});
