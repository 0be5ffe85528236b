/** A notice as SNS delivers it: to people as a text, to programs and chats as JSON. */
import { pageAddress, type TemporalUi } from '../temporal-ui.ts';
import type { Notice } from './notice.ts';

export interface Message {
  /** Of a mail. SNS takes less than 100 characters. */
  readonly subject: string;
  /** By the protocol of who is told, as SNS takes it: a text for mail, a line for SMS, JSON for all others. */
  readonly body: string;
  /**
   * What subscribers can filter by. Names have letters, digits, `_`, `-` and `.`, no colon as tags have:
   * https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
   */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The form of custom notifications of Amazon Q Developer in chat applications, which shows them in Slack and Teams:
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export interface Custom {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** The messages of a run, or of a schedule, are one thread. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    /** What programs read. */
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

const LONGEST_SUBJECT = 99;

export function messageOf(notice: Notice, ui: TemporalUi | undefined): Message {
  const { title, event, name, facts } = notice;
  const page = ui && pageAddress(ui, notice.page);
  const { outcome } = facts;
  return {
    subject: title.length <= LONGEST_SUBJECT ? title : `${title.slice(0, LONGEST_SUBJECT - 3)}...`,
    body: JSON.stringify({
      default: JSON.stringify(forPrograms(notice, page)),
      email: forPeople(notice, page),
      sms: title,
    }),
    attributes: {
      'temper.name': name,
      'temper.event': event,
      ...(outcome !== undefined && { 'temper.outcome': outcome }),
    },
  };
}

function forPeople({ title, lines, next, page }: Notice, address: string | undefined): string {
  return [
    title,
    lines.join('\n'),
    ['Next:', ...next.map((each) => `  ${each}`)].join('\n'),
    [page.id, ...(address === undefined ? [] : [address])].join('\n'),
  ].join('\n\n');
}

function forPrograms({ id, event, name, title, lines, next, page, facts }: Notice, address?: string): Custom {
  return {
    version: '1.0',
    source: 'custom',
    id,
    content: {
      textType: 'client-markdown',
      title: unmentioned(title),
      description: [...lines, ...(address === undefined ? [] : [address])].map(unmentioned).join('\n'),
      nextSteps: next.map(unmentioned),
      keywords: [name, event],
    },
    metadata: {
      threadId: page.id,
      summary: unmentioned(title),
      eventType: `temper.${event}`,
      relatedResources: [page.id],
      additionalContext: { ...facts, name, event, ...(address !== undefined && { page: address }) },
    },
  };
}

/** Slack reads `<!channel>` and `<@U012AB3CD>` as who is to be called, also where an error or a log has brought it along. */
const unmentioned = (text: string): string => text.replace(/<(?=[!@#])/g, '< ');
