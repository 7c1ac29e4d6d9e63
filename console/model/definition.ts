import dagre from '@dagrejs/dagre';

/** A state of a definition, as far as the graph shows it. */
interface State {
  Type: string;
  Comment?: string;
  Resource?: string;
  Seconds?: number;
  SecondsPath?: string;
  Parameters?: { FunctionName?: string };
  Next?: string;
  Default?: string;
  Choices?: { Next?: string }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  ItemProcessor?: Machine;
  Iterator?: Machine;
  Branches?: Machine[];
}
interface Machine {
  StartAt: string;
  States: Record<string, State>;
}

export interface GraphNode {
  name: string;
  type: string;
  /** The Map that it belongs to. */
  map?: string;
  /** Name of the Lambda function that it calls. */
  functionName?: string;
  /** Of a Wait: its seconds, or the path to them. */
  wait?: string | number;
  /** Centre and size, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GraphEdge {
  from: string;
  to: string;
  kind: 'next' | 'choice' | 'default' | 'catch';
  errors?: string[];
  /** The way around other nodes; a catch that is drawn only once it is taken has none. */
  points?: { x: number; y: number }[];
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  width: number;
  height: number;
}

const HEIGHT = 34;
const MAP_TITLE = 26;
/** Of a 12-pixel font; the page cuts a name that is wider all the same. */
const widthOf = (name: string): number => Math.max(80, Math.round(name.length * 7) + 40);

type Unplaced = Omit<GraphNode, 'x' | 'y' | 'width' | 'height'>;
type Size = { width: number; height: number };

/**
 * The graph of a definition, laid out once: nodes with their places, edges with their ways. The states
 * of a Map are laid out by themselves, and the Map is as large as they are.
 */
export function graphOf(definition: unknown): Graph {
  const nodes: Unplaced[] = [];
  const edges: GraphEdge[] = [];
  collect(definition as Machine, undefined, nodes, edges);
  const shown = edges.filter((edge) => isShown(edge, edges));
  const layoutOf = (map: string | undefined, sizes: Map<string, Size>) => {
    const names = nodes.filter((node) => node.map === map).map(({ name }) => name);
    return layOut(
      names,
      shown.filter(({ from }) => names.includes(from)),
      sizes,
    );
  };
  const maps = [...new Set(nodes.flatMap(({ map }) => map ?? []))];
  const inner = new Map(maps.map((map) => [map, layoutOf(map, new Map())]));
  const outer = layoutOf(
    undefined,
    new Map(
      [...inner].map(([map, { width, height }]) => [map, { width, height: height + MAP_TITLE }]),
    ),
  );
  for (const [map, { places, ways }] of inner) {
    const box = outer.places.get(map);
    if (!box) continue;
    const move = { x: box.x - box.width / 2, y: box.y - box.height / 2 + MAP_TITLE };
    const moved = ({ x, y }: { x: number; y: number }) => ({ x: x + move.x, y: y + move.y });
    for (const [name, place] of places) outer.places.set(name, { ...place, ...moved(place) });
    for (const [edge, points] of ways) outer.ways.set(edge, points.map(moved));
  }
  return {
    nodes: nodes.map((node) => ({ ...node, ...(outer.places.get(node.name) as GraphNode) })),
    edges: edges.map((edge) => ({
      ...edge,
      ...(outer.ways.has(edge) && { points: outer.ways.get(edge) ?? [] }),
    })),
    width: outer.width,
    height: outer.height,
  };
}

/** Nearly every state can fail: of its catches those are drawn that alone lead to a state. */
function isShown(edge: GraphEdge, edges: GraphEdge[]): boolean {
  if (edge.kind !== 'catch') return true;
  const others = edges.filter(({ to }) => to === edge.to);
  return others.every(({ kind }) => kind === 'catch') && others[0] === edge;
}

function layOut(names: string[], edges: GraphEdge[], sizes: Map<string, Size>) {
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({
    rankdir: 'TB',
    ranksep: 26,
    nodesep: 12,
    edgesep: 10,
    marginx: 12,
    marginy: 12,
  });
  layout.setDefaultEdgeLabel(() => ({}));
  for (const name of names) {
    layout.setNode(name, { ...(sizes.get(name) ?? { width: widthOf(name), height: HEIGHT }) });
  }
  edges.forEach(({ from, to, kind }, i) => {
    layout.setEdge(from, to, { weight: kind === 'next' ? 4 : 1 }, String(i));
  });
  dagre.layout(layout);
  const places = new Map(
    names.map((name) => {
      const { x, y, width, height } = layout.node(name) as GraphNode;
      return [name, { x, y, width, height }];
    }),
  );
  const ways = new Map(
    edges.map((edge, i) => {
      const { points = [] } = layout.edge({ v: edge.from, w: edge.to, name: String(i) });
      return [edge, points.map(({ x, y }: { x: number; y: number }) => ({ x, y }))];
    }),
  );
  const { width = 0, height = 0 } = layout.graph();
  return { places, ways, width, height };
}

function collect(
  { StartAt, States }: Machine,
  map: string | undefined,
  nodes: Unplaced[],
  edges: GraphEdge[],
): void {
  const names = [StartAt, ...Object.keys(States).filter((name) => name !== StartAt)];
  for (const name of names) {
    const state = States[name] as State;
    const functionName = functionOf(state);
    const wait = state.SecondsPath ?? state.Seconds;
    nodes.push({
      name,
      type: state.Type,
      ...(map && { map }),
      ...(functionName && { functionName }),
      ...(wait !== undefined && { wait }),
    });
    const add = (to: string | undefined, kind: GraphEdge['kind'], errors?: string[]) => {
      if (to) edges.push({ from: name, to, kind, ...(errors && { errors }) });
    };
    add(state.Next, 'next');
    for (const to of new Set(state.Choices?.map((choice) => choice.Next))) add(to, 'choice');
    if (!state.Choices?.some(({ Next }) => Next === state.Default)) add(state.Default, 'default');
    for (const { Next, ErrorEquals } of state.Catch ?? []) add(Next, 'catch', ErrorEquals);
    for (const inner of [state.ItemProcessor ?? state.Iterator, ...(state.Branches ?? [])]) {
      if (inner) collect(inner, name, nodes, edges);
    }
  }
}

function functionOf({ Resource = '', Parameters }: State): string | undefined {
  const arn = Resource.endsWith(':lambda:invoke') ? (Parameters?.FunctionName ?? '') : Resource;
  return /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)/.exec(arn)?.[1];
}
