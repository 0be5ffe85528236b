import { expect, it } from 'vitest';
import { imageUri, isAlias } from '../../spec/images.ts';

it.each([
  ['us-east-1', '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3'],
  ['eu-central-1', '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3'],
  ['cn-north-1', '450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-scikit-learn:1.9-0-cpu-py3'],
])('finds the image of AWS in %s', (region, uri) => {
  expect(imageUri('sklearn', region)).toBe(uri);
});

it('takes an address as it is, in any region', () => {
  const uri = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:7';
  expect(imageUri(uri, 'mars-north-1')).toBe(uri);
  expect([isAlias('sklearn'), isAlias(uri)]).toEqual([true, false]);
});

it('says where AWS has no such image', () => {
  expect(() => imageUri('sklearn', 'mars-north-1')).toThrow(
    new RangeError('image sklearn is not known in region mars-north-1; give its ECR address instead'),
  );
});
