import type { Graph, GraphEdge, GraphNode } from '../../model/definition.ts';
import { duration } from '../../model/format.ts';
import type { RunView, StateView } from '../../model/run-view.ts';

type Lit = StateView['lit'] | 'waiting';

const SIGNS: Record<Lit, string> = {
  waiting: '',
  running: '◐',
  succeeded: '✓',
  retried: '↻',
  failed: '✕',
};
const WORDS: Record<Lit, string> = {
  waiting: 'not entered',
  running: 'running',
  succeeded: 'succeeded',
  retried: 'succeeded after a retry',
  failed: 'failed and was caught',
};

/** A state that led to the end of a failed run failed itself; one that was caught did so too. */
const litOf = (state: StateView | undefined): Lit => state?.lit ?? 'waiting';

export interface GraphViewProps {
  graph: Graph;
  run: RunView | undefined;
  selected?: string | undefined;
  /** Without it the graph is a picture, as in a report. */
  onSelect?: (state: string) => void;
}

export function GraphView({ graph, run, selected, onSelect }: GraphViewProps) {
  const maps = new Set(graph.nodes.flatMap(({ map }) => map ?? []));
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const taken = new Set(run?.caught ?? []);
  const edges = graph.edges.filter(({ points, from, to }) => points || taken.has(`${from}>${to}`));
  return (
    <svg
      class="graph"
      viewBox={`0 0 ${graph.width} ${graph.height}`}
      style={{ maxWidth: `${graph.width}px` }}
      role="group"
      aria-label="States of the run"
    >
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0.8L7.5 4L0 7.2z" class="arrow" />
        </marker>
      </defs>
      {graph.nodes
        .filter(({ name }) => maps.has(name))
        .map((node) => (
          <Node
            key={node.name}
            node={node}
            isMap
            run={run}
            isSelected={selected === node.name}
            onSelect={onSelect}
          />
        ))}
      {edges.map((edge) => (
        <Edge
          key={`${edge.from}>${edge.to} ${edge.kind}`}
          edge={edge}
          byName={byName}
          isTaken={taken.has(`${edge.from}>${edge.to}`)}
        />
      ))}
      {graph.nodes
        .filter(({ name }) => !maps.has(name))
        .map((node) => (
          <Node
            key={node.name}
            node={node}
            isMap={false}
            run={run}
            isSelected={selected === node.name}
            onSelect={onSelect}
          />
        ))}
    </svg>
  );
}

interface NodeProps {
  node: GraphNode;
  isMap: boolean;
  run: RunView | undefined;
  isSelected: boolean;
  onSelect: ((state: string) => void) | undefined;
}

function Node({
  node: { name, type, x, y, width, height },
  isMap,
  run,
  isSelected,
  onSelect,
}: NodeProps) {
  const state = run?.states[name];
  const lit = litOf(state);
  const took = state && state.took > 0 ? `, ${duration(state.took / 1_000)}` : '';
  const retries = state && state.retries > 0 ? `, ${state.retries} retried` : '';
  const right = state && state.visits > 1 ? ` ×${state.visits}` : '';
  const label = `${name}${right}: ${WORDS[lit]}${took}${retries}`;
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onSelect?.(name);
  };
  const active = onSelect && {
    role: 'button' as const,
    tabindex: 0,
    'aria-pressed': isSelected,
    onClick: () => onSelect(name),
    onKeyDown: press,
  };
  return (
    <g
      class={`node ${lit} ${isMap ? 'map' : type.toLowerCase()} ${isSelected ? 'selected' : ''}`}
      transform={`translate(${x - width / 2} ${y - height / 2})`}
      {...(active ? { ...active, 'aria-label': label } : {})}
    >
      <title>{label}</title>
      <rect width={width} height={height} rx={type === 'Choice' ? height / 2 : 7} />
      <text x={12} y={isMap ? 18 : height / 2 + 4}>
        {SIGNS[lit] && <tspan class="sign">{SIGNS[lit]} </tspan>}
        {name}
      </text>
      {right && (
        <text x={width - 8} y={isMap ? 18 : 11} class="times">
          {right}
        </text>
      )}
    </g>
  );
}

function Edge({
  edge,
  byName,
  isTaken,
}: {
  edge: GraphEdge;
  byName: Map<string, GraphNode>;
  isTaken: boolean;
}) {
  const points = edge.points ?? straight(byName.get(edge.from), byName.get(edge.to));
  const name = ['edge', edge.kind, isTaken && edge.kind === 'catch' ? 'taken' : ''].join(' ');
  return <path class={name} d={curve(points)} marker-end="url(#arrow)" />;
}

function straight(from?: GraphNode, to?: GraphNode) {
  if (!from || !to) return [];
  const side = to.x >= from.x ? 1 : -1;
  const start = { x: from.x + (side * from.width) / 2, y: from.y };
  const end = { x: to.x, y: to.y - (Math.sign(to.y - from.y) * to.height) / 2 };
  return [start, { x: (start.x + end.x) / 2 + side * 24, y: (start.y + end.y) / 2 }, end];
}

/** A smooth line through the middles between the points. */
function curve(points: { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let d = `M${round(first.x)} ${round(first.y)}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    if (!next) d += `L${round(point.x)} ${round(point.y)}`;
    else if (i === rest.length - 2)
      d += `Q${round(point.x)} ${round(point.y)} ${round(next.x)} ${round(next.y)}`;
    else
      d += `Q${round(point.x)} ${round(point.y)} ${round((point.x + next.x) / 2)} ${round((point.y + next.y) / 2)}`;
  });
  return d;
}

const round = (n: number): number => Math.round(n * 10) / 10;
