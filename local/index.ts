/** The laptop region's only door. */
export { downRegion, upRegion } from './background.ts';
export { regionHome } from './home.ts';
export { ANY_PORTS, type Ports, type Region, type RegionAddresses, type RegionOptions, startRegion } from './region.ts';
export { type RunningRegion, readRegion, regionHealth, type ServiceHealth } from './state.ts';
