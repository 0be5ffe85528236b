import type { ErrorEntry } from './entry.ts';

/** What can be wrong with rows of a data set. */
export const DATA_ERRORS = {
  invalid_encoding: {
    means: 'the line is not UTF-8',
    why: 'the file was written in another encoding, such as Latin-1 or UTF-16, or was cut within a character',
    fix: 'write it as UTF-8: iconv -f latin1 -t utf-8 IN > OUT',
    example: 'data.jsonl:17  caf\\xe9',
  },
  invalid_json: {
    means: 'the line is not one complete JSON value',
    why: 'single quotes, a trailing comma, a document over several lines, or a last line that was cut',
    fix: 'write one complete JSON object a line',
    example: "data.jsonl:3  {'text': 'fine'}",
  },
  truncated: {
    means: 'the file ends in the middle of a row, or its compressed data is damaged',
    why: 'it was not written or copied to its end',
    fix: 'write or copy it again, or remove the last line',
    example: 'data.jsonl:9000  {"text": "the batt',
  },
  duplicate_key: {
    means: 'a key stands twice in one object, so that one of its values is lost, and readers differ in which',
    why: 'the row was put together by hand, or two columns were given one name',
    fix: 'remove one of the two',
    example: 'data.jsonl:5  "label"',
  },
  not_an_object: {
    means: 'the line is JSON and not an object with fields',
    why: 'the file holds lists or plain strings',
    fix: 'write objects, such as {"text": "...", "label": "..."}',
    example: 'data.jsonl:1  ["fine", "positive"]',
  },
  invalid_table: {
    means: 'a CSV, TSV or Parquet file cannot be read as a table, in one row or from there on',
    why: 'a field holds a separator, a quote or a line end and is not quoted, or the file is damaged',
    fix: 'put such fields in double quotes, and double the quotes in them; write Parquet files again',
    example: 'the row has more or fewer fields than the header: data.csv:7  3 instead of 2: "fine, thanks | x"',
  },
  missing_field: {
    means: 'a field that the row needs is not there',
    why: 'it has another name in this file, or this row lacks it',
    fix: 'add it, or name the field that holds it in data.columns',
    example: 'field "label" is missing: data.jsonl:9  fields text, sentiment',
  },
  wrong_type: {
    means: 'a field holds something else than it should',
    why: 'numbers, lists or null where text is needed',
    fix: 'write it as text, in double quotes',
    example: 'field "text" is not text: data.jsonl:4  null',
  },
  empty: {
    means: 'a field is there and has nothing but white space in it',
    why: 'the row was exported before it was filled in',
    fix: 'fill it in or leave the row out',
    example: 'field "text" is empty: data.jsonl:12  "  "',
  },
  invalid_text: {
    means: 'a text holds a NUL or half of a surrogate pair, which the training script could not read',
    why: 'a conversion between encodings cut it in the middle of a character',
    fix: 'remove the character',
    example: 'field "text" holds a NUL or half of a surrogate pair: data.jsonl:5  "caf\\ud83d"',
  },
  wrong_role: {
    means: 'a message is of a role that the format does not know',
    why: 'the data set names its speakers in another way',
    fix: 'write system, user or assistant; in the format of ShareGPT, system, human or gpt',
    example: 'data.jsonl:4  messages[2]: "bot"',
  },
  no_answer: {
    means: 'the conversation does not end with an answer of the assistant, so there is nothing to learn from it',
    why: 'it was exported while the user was writing, or its last message was lost',
    fix: 'end it with the answer that the model is to learn, or leave the row out',
    example: 'data.jsonl:6  its last message is the user\'s: "thanks"',
  },
  no_question: {
    means: 'the conversation does not end with a question of the user, so there is nothing to answer',
    why: 'it was cut off, or its messages are in another order',
    fix: 'end it with what the model is to be asked, or leave the row out',
    example: 'data.jsonl:6  its last message is the system\'s: "be brief"',
  },
  unsupported: {
    means: 'the conversation holds calls of tools, images or sound',
    why: 'models are trained on text here',
    fix: 'leave the row out, or write what it holds as text',
    example: 'data.jsonl:2  messages[1]: {"role":"tool","content":"21 degrees"}',
  },
  too_large: {
    means: 'the row is larger than a model could be asked about',
    why: 'a whole document was put into one row, or a line break is missing',
    fix: 'shorten the text, or make several rows of it',
    example: 'data.jsonl:2  a row of 9 MB',
  },
  repeated_text: {
    means: 'a text of the test split stands in the training data too, so that its score would say nothing',
    why: 'the splits were made without looking for duplicates',
    fix: 'remove it from one of them, or give one source: and let temper split it',
    example: 'test.jsonl:8  "works like a charm"',
  },
  unknown_label: {
    means: 'a label of the test or validation split is not in the training data, so no model could answer it',
    why: 'a rare label fell to one side, or is written in two ways',
    fix: 'correct the label, or add rows with it to the training data',
    example: 'test.jsonl:31  "Positive", where the training data has negative, positive',
  },
  no_rows: {
    means: 'the files hold no rows',
    why: 'they are empty, or the path names the wrong ones',
    fix: 'write one example a line, or correct the path',
    example: 'data.jsonl  0 rows',
  },
  unknown_format: {
    means: 'the fields of the rows are those of no format that is known',
    why: 'they have other names in this data set',
    fix: 'name the fields in data.columns, or the format in data.format',
    example: 'data.jsonl  fields question, answer',
  },
  mixed_kinds: {
    means: 'the splits hold examples of different kinds, such as conversations and labelled texts',
    why: 'one of the paths names the wrong file',
    fix: 'correct the path; all splits must be of one kind',
    example: 'train.jsonl holds chat examples and test.jsonl classification',
  },
  one_label: {
    means: 'all rows to train on carry one label, so there is nothing to tell apart',
    why: 'the file was filtered or sorted and cut, or another field holds the label',
    fix: 'add rows of another label, or name the field in data.columns.label',
    example: 'all rows carry the label "positive"',
  },
  too_many_labels: {
    means: 'there are more labels than a classifier can be trained on',
    why: 'the field holds an id or free text',
    fix: 'name the field that holds the label in data.columns.label',
    example: 'data.jsonl:1001  this one is "order-77125"',
  },
  too_few_rows: {
    means: 'so few rows are distinct that a split would be empty',
    why: 'the share of the split is small, or most rows are repeated',
    fix: 'add rows, or change data.split',
    example: '2 distinct rows leave none for test',
  },
  conflicting_label: {
    means: 'a text stands under two labels; a run keeps one of them',
    why: 'people labelled it twice and did not agree, or one label was corrected later',
    fix: 'decide on one label and remove the other row',
    example: 'data.jsonl:90  the same as data.jsonl:12',
  },
  similar_labels: {
    means: 'two labels differ in case or space only; to a classifier they are two',
    why: 'data sets were joined that write them in different ways',
    fix: 'write them alike',
    example: '"Positive", "positive"',
  },
  role_order: {
    means: 'user and assistant do not take turns in a conversation, which some chat templates refuse',
    why: 'messages were split or lost, or the assistant speaks first',
    fix: 'join messages of one speaker, or see that the chat template of your model takes them',
    example: "data.jsonl:3  messages[2] is the user's",
  },
  unfit_kind: {
    means: 'examples of this kind are not what the model is customized with',
    why: 'continued pre-training takes plain text and fine-tuning questions with answers; some models take images only',
    fix: 'see what fits with: temper check DATA --for all',
    example: 'continued pre-training takes plain text, not a prompt and its completion: data.jsonl:1',
  },
  unfit_record: {
    means: 'the format in which the model takes its training data has no place for a part of the row',
    why: 'it takes one prompt and one completion, and no system prompt, or one question a record',
    fix: 'write what it says into the prompt, make several rows of it, or leave it out; --fix does the first',
    example: 'the format has no place for a system prompt: data.jsonl:1  "be brief"',
  },
  reserved_text: {
    means: 'a text holds a string that the model keeps for itself, by which its job fails or may fail',
    why: 'conversations were copied with their speakers, such as "User: hello"',
    fix: 'write it in other words, or leave the row out',
    example: 'data.jsonl:8  "User:" in "User: where is my parcel?"',
  },
  too_many_tokens: {
    means:
      'a row is longer than the model takes, certainly where this is an error, by an estimate where it is a warning',
    why: 'a whole document was put into one row; tokens are estimated from characters, as only the model can count them',
    fix: 'shorten it, make several rows of it, or give the limit of your account in train.limits',
    example: 'data.jsonl:2  210000 characters, about 52500 tokens',
  },
  record_limit: {
    means: 'the training or validation data has fewer or more records than the model takes',
    why: 'the limits differ by model and way of customizing: temper models ID',
    fix: 'add or take away rows, change data.split, or give the limit of your account in train.limits',
    example: '21 training records, where the model takes 32 at least',
  },
  file_limit: {
    means: 'a file of training or validation data is larger than the model takes',
    why: 'the limits differ by model and way of customizing: temper models ID',
    fix: 'take rows away, or give the limit of your account in train.limits',
    example: 'the training data is larger than the 1 GB that the model takes: 1.2 GB',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type DataCode = keyof typeof DATA_ERRORS;
