import { validationError } from '../aws/protocol.ts';

/** What the images bring along, by repository name. There are no containers on a laptop: packages stand for an image. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'sagemaker-scikit-learn': ['numpy', 'scikit-learn'],
};

/** The packages of an image such as `123.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3`. */
export function packagesOf(image: string): readonly string[] {
  const repository = image.split('/').at(-1)?.split(/[:@]/)[0] ?? '';
  const packages = PACKAGES[repository];
  if (packages) return packages;
  const known = Object.keys(PACKAGES).join(', ');
  throw validationError(
    `Cannot run image ${image}: the laptop region has no containers and runs scripts of these images: ${known}`,
  );
}
