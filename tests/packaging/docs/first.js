import { EventSource } from 'tidings';

const source = new EventSource('/news');
source.onmessage = (event) => console.log(event.data, event.lastEventId);
source.onerror = () => console.log(source.readyState === EventSource.CLOSED ? 'failed' : 'lost, comes back');
