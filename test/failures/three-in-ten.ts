import type { FaultPlan } from '../../local/index.ts';

/** 30 % of all calls: the share of each kind, of all calls. Rules are tried in order, each on what the ones before left. */
export function threeInTen(seed: number): FaultPlan {
  const kinds = [
    { share: 0.1, effect: { error: 'ThrottlingException' } },
    { share: 0.05, effect: { status: 500 } },
    { share: 0.05, effect: { status: 503 } },
    { share: 0.05, effect: { reset: true as const } },
    { share: 0.05, effect: { reset: true as const, afterDone: true } },
  ];
  let left = 1;
  const rules = kinds.map(({ share, effect }) => {
    const probability = share / left;
    left -= share;
    return { operation: '*', probability, ...effect };
  });
  return { seed, rules };
}
