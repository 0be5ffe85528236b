import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { createCommand } from './create.ts';
import { deleteCommand } from './delete.ts';
import { pauseCommand } from './pause.ts';
import { resumeCommand } from './resume.ts';

/** `temper schedule`: models that are trained again by themselves. */
export function scheduleCommand(context: Context) {
  return new Command('schedule')
    .description('train a model again by itself: by the clock, and when its data, its age or what it is asked say so')
    .summary('train a model again by itself')
    .addCommand(createCommand(context))
    .addCommand(pauseCommand(context))
    .addCommand(resumeCommand(context))
    .addCommand(deleteCommand(context));
}
