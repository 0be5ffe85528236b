export { throughputGuard } from './bedrock/guard.ts';
export { fineTune } from './fine-tune.ts';
export { retrain } from './retraining/retrain.ts';
