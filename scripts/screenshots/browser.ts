/** The Temporal UI in a browser without a window, as a person finds their way in it. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const NAMES = ['chromium', 'google-chrome', 'chromium-browser', 'chrome'];
/** Text is set anew and lists fold out a moment after they are there. */
const SETTLED_MS = 1_500;

/** `CHROMIUM`, else the first of its usual names on the path. */
function executable({ CHROMIUM, PATH = '' }: NodeJS.ProcessEnv): string {
  if (CHROMIUM) return CHROMIUM;
  const found = PATH.split(delimiter)
    .flatMap((directory) => NAMES.map((name) => join(directory, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (!found) throw new Error(`no browser on the path, of ${NAMES.join(', ')}; name one in CHROMIUM`);
  return found;
}

export class TemporalUi {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #address: string;

  private constructor(browser: Browser, page: Page, address: string) {
    this.#browser = browser;
    this.#page = page;
    this.#address = address;
  }

  static async open(address: string, env: NodeJS.ProcessEnv): Promise<TemporalUi> {
    // In containers there is no sandbox to be had, and it shows nothing but pages of this machine.
    const browser = await chromium.launch({ executablePath: executable(env), args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    return new TemporalUi(browser, page, address);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async visit(path: string): Promise<void> {
    await this.#page.goto(`${this.#address}/namespaces/default/${path}`);
    await this.#settle();
  }

  async picture(file: string, height: number): Promise<void> {
    await this.#page.setViewportSize({ width: 1400, height });
    await this.#settle();
    await this.#page.screenshot({ path: file });
  }

  /** The columns of the list, as docs/temporal-ui.md has them set up. */
  async setColumns(removed: readonly string[], added: readonly string[]): Promise<void> {
    await this.#button('workflows-summary-table-configuration-button').click();
    for (const column of removed) await this.#button(`orderable-list-item-${column}-remove-button`).click();
    for (const column of added) await this.#button(`orderable-list-item-${column}-add-button`).click();
    await this.#button('drawer-close-button').click();
  }

  /** Opens the story of the run whose page is shown. */
  async openStory(): Promise<void> {
    await this.#page.getByText('User Metadata').first().click();
    await this.#settle();
  }

  /** The blocks of code that the run's page shows, such as what to send. */
  async blocks(): Promise<string[]> {
    const shown = this.#page.frames().map((frame) => frame.locator('pre').allInnerTexts());
    return (await Promise.all(shown)).flat();
  }

  /** Sends an update by the form of the run's page; gives what the form then says. */
  async sendUpdate(name: string, data: string): Promise<string> {
    await this.#page.getByRole('button', { name: 'More Actions' }).click();
    await this.#page.getByRole('menuitem', { name: 'Send an Update' }).click();
    const form = this.#page.getByRole('dialog');
    await form.getByTestId('update-select-button').click();
    await this.#page.getByRole('option', { name }).click();
    await form.getByRole('textbox', { name: 'Data' }).fill(data);
    // The form sets the data out anew where they are left, which moves the button away from below the pointer.
    await form.getByTestId('update-id').click();
    await this.#settle();
    await form.getByTestId('confirm-modal-button').click();
    const answer = form.getByRole('alert').filter({ hasText: /\S/ }).or(this.#page.getByText('Update successful'));
    await answer.first().waitFor();
    return answer.first().innerText();
  }

  async cancelForm(): Promise<void> {
    await this.#page.getByRole('dialog').getByTestId('cancel-modal-button').click();
  }

  #button(id: string): Locator {
    return this.#page.getByTestId(id);
  }

  async #settle(): Promise<void> {
    await this.#page.waitForLoadState('domcontentloaded');
    await this.#page.waitForTimeout(SETTLED_MS);
  }
}
