/** What DescribeEndpoint tells beside the endpoint itself. */
import type { Json } from '../aws/model.ts';
import { now } from '../aws/operations.ts';
import type { DataCaptureConfig } from './data-capture.ts';
import type { VariantSpec } from './fleet.ts';
import type { Deployment } from './serving.ts';

/** What AWS tells of an endpoint's data capture. */
export function captureSummary(config: DataCaptureConfig): Json {
  const { EnableCapture = true, InitialSamplingPercentage, DestinationS3Uri, KmsKeyId = '' } = config;
  return {
    EnableCapture,
    CaptureStatus: EnableCapture ? 'Started' : 'Stopped',
    CurrentSamplingPercentage: InitialSamplingPercentage,
    DestinationS3Uri,
    KmsKeyId,
  };
}

/** What AWS tells of a deployment under way, as an endpoint is created or updated. */
export function pendingSummary({ configName, variants, since }: Deployment): Json {
  return {
    EndpointConfigName: configName,
    ProductionVariants: variants.map(({ name, weight, instances, container: { Image } }) => ({
      VariantName: name,
      DeployedImages: [{ SpecifiedImage: Image }],
      DesiredWeight: weight,
      DesiredInstanceCount: instances,
      VariantStatus: [{ Status: 'Creating', StartTime: since }],
    })),
    StartTime: since,
  };
}

export function variantSummary({ name, weight, instances, container: { Image } }: VariantSpec): Json {
  return {
    VariantName: name,
    DeployedImages: [{ SpecifiedImage: Image, ResolvedImage: Image, ResolutionTime: now() }],
    CurrentWeight: weight,
    DesiredWeight: weight,
    CurrentInstanceCount: instances,
    DesiredInstanceCount: instances,
  };
}
