/** The laptop region's only door. */

export { type FaultPlan, parseFaultPlan } from './aws/faults.ts';
export { downRegion, upRegion } from './background.ts';
export { builtFile } from './built.ts';
export { environmentIn, MISLEADING } from './client-env.ts';
export { homePaths, regionHome } from './home.ts';
export { Lock } from './lock.ts';
export { lastLines } from './log.ts';
export { endProcess, identify, isRunning, type ProcessIdentity, readIdentity } from './processes.ts';
export { findPython } from './python.ts';
export { ANY_PORTS, type Ports, type Region, type RegionAddresses, type RegionOptions, startRegion } from './region.ts';
export { type RunningRegion, readRegion, regionHealth, type ServiceHealth } from './state.ts';
export { type Told, toldTo } from './topic.ts';
