/** A list of people at the left of what is to be decided about them. */
import { Hourglass } from '../../design/icons.tsx';
import type { Icon } from '../../design/icons.tsx';

export interface PersonInQueue {
  id: string;
  name: string;
  line: string;
  /** How long it waits. */
  age: string;
}

export interface PeopleQueueProps {
  icon?: Icon;
  people: PersonInQueue[];
  selected: string;
  onSelect: (id: string) => void;
}

export function PeopleQueue({ icon: Drawn = Hourglass, people, selected, onSelect }: PeopleQueueProps) {
  return (
    <ul class="queue">
      {people.map(({ id, name, line, age }) => (
        <li key={id}>
          <button type="button" class="queue-item" aria-current={id === selected ? 'true' : undefined} onClick={() => onSelect(id)}>
            <span class="as-act">
              <Drawn size={22} />
            </span>
            <span class="queue-words">
              <span>{name}</span>
              <span class="small soft">{line}</span>
            </span>
            <span class="small soft queue-age">{age}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
