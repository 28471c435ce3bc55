/**
 * Brings the records of one page into branches: who stands under whom, in which order, how many below. Works on what is
 * needed for that alone (ids, parents, times), so that a page of any length fits into memory; no recursion on depth.
 */

/** A comment without its words. */
export interface Bone {
  readonly id: string;
  readonly parentId: string | null;
  readonly createdAt: number;
  /** Its place among others of the same time: the line of the file. */
  readonly line: number;
  readonly counts: boolean;
  /** Already in the database. */
  readonly isStored: boolean;
}

export interface PlacedBone extends Bone {
  readonly depth: number;
  readonly descendants: number;
}

export interface Branch {
  readonly rootId: string;
  /** In thread order, the root first. */
  readonly bones: readonly PlacedBone[];
}

export interface Plan {
  readonly branches: readonly Branch[];
  /** Ids of those whose parent is nowhere: they stand at the top. */
  readonly orphans: readonly string[];
  /** Ids of those that answered one of their own answers: the oldest of each circle stands at the top. */
  readonly cut: readonly string[];
}

export function planBranches(bones: readonly Bone[]): Plan {
  const byId = new Map(bones.map((bone) => [bone.id, bone]));
  const parents = new Map<string, string | null>();
  const orphans: string[] = [];
  for (const bone of bones) {
    const isOrphan = bone.parentId !== null && !byId.has(bone.parentId);
    if (isOrphan) orphans.push(bone.id);
    parents.set(bone.id, isOrphan ? null : bone.parentId);
  }
  const cut = cutCircles(bones, byId, parents);

  const children = new Map<string, Bone[]>();
  const roots: Bone[] = [];
  for (const bone of bones) {
    const parentId = parents.get(bone.id) ?? null;
    const siblings = parentId === null ? roots : children.get(parentId);
    if (siblings !== undefined) siblings.push(bone);
    else if (parentId !== null) children.set(parentId, [bone]);
  }
  for (const list of [roots, ...children.values()]) list.sort(oldestFirst);
  return { branches: roots.map((root) => branchOf(root, children)), orphans, cut };
}

function cutCircles(
  bones: readonly Bone[],
  byId: ReadonlyMap<string, Bone>,
  parents: Map<string, string | null>,
): readonly string[] {
  const cut: string[] = [];
  const isSound = new Set<string>();
  for (const bone of bones) {
    const path: string[] = [];
    const onPath = new Set<string>();
    let id: string | null = bone.id;
    while (id !== null && !isSound.has(id) && !onPath.has(id)) {
      path.push(id);
      onPath.add(id);
      id = parents.get(id) ?? null;
    }
    if (id !== null && onPath.has(id)) {
      const circle = path.slice(path.indexOf(id)).flatMap((one) => byId.get(one) ?? []);
      const oldest = circle.reduce((first, one) => (oldestFirst(one, first) < 0 ? one : first));
      parents.set(oldest.id, null);
      cut.push(oldest.id);
    }
    for (const one of path) isSound.add(one);
  }
  return cut;
}

interface Standing {
  readonly bone: Bone;
  readonly parent: Standing | null;
  readonly depth: number;
  descendants: number;
}

function branchOf(root: Bone, children: ReadonlyMap<string, readonly Bone[]>): Branch {
  const ordered: Standing[] = [];
  const waiting: Standing[] = [{ bone: root, parent: null, depth: 0, descendants: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    ordered.push(next);
    const { depth } = next;
    // The last one in is the next one out: the oldest reply.
    for (const bone of [...(children.get(next.bone.id) ?? [])].reverse()) {
      waiting.push({ bone, parent: next, depth: depth + 1, descendants: 0 });
    }
  }
  // From the last to the first, everybody is complete before they are added to their parent.
  for (const one of [...ordered].reverse()) {
    if (one.parent !== null) one.parent.descendants += one.descendants + Number(one.bone.counts);
  }
  return {
    rootId: root.id,
    bones: ordered.map(({ bone, parent, depth, descendants }) => ({
      ...bone,
      parentId: parent?.bone.id ?? null,
      depth,
      descendants,
    })),
  };
}

function oldestFirst(one: Bone, other: Bone): number {
  return one.createdAt - other.createdAt || one.line - other.line || (one.id < other.id ? -1 : 1);
}
