import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { backfillCommand } from './backfill.ts';
import { createCommand } from './create.ts';
import { deleteCommand } from './delete.ts';
import { lsCommand } from './ls.ts';
import { pauseCommand } from './pause.ts';
import { resumeCommand } from './resume.ts';
import { showCommand } from './show.ts';
import { triggerCommand } from './trigger.ts';
import { updateCommand } from './update.ts';

/** `temper schedule`: models that are trained again by themselves. */
export function scheduleCommand(context: Context) {
  return new Command('schedule')
    .description('train a model again by itself: by the clock, and when its data, its age or what it is asked say so')
    .summary('train a model again by itself')
    .addCommand(createCommand(context))
    .addCommand(lsCommand(context))
    .addCommand(showCommand(context))
    .addCommand(updateCommand(context))
    .addCommand(triggerCommand(context))
    .addCommand(backfillCommand(context))
    .addCommand(pauseCommand(context))
    .addCommand(resumeCommand(context))
    .addCommand(deleteCommand(context));
}
