import { fireEvent, render } from '@testing-library/react';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cover } from '../Cover';
import { COMPOSITIONS, initialSize } from './compositions';
import { contrast, PALETTES, schemesOf } from './palettes';
import { coverAuthor, coverTitle, fitted, textWidth } from './text';

const book = { title: 'A Wizard of Earthsea', author: 'Ursula K. Le Guin', category: 'Fairy Tales' };

describe('cover', () => {
  it('is the same for the same book', () => {
    const first = render(<Cover book={book} />).container.innerHTML;
    expect(render(<Cover book={{ ...book }} />).container.innerHTML).toBe(first);
  });

  it('differs between books of a category', () => {
    const titles = Array.from({ length: 12 }, (_, n) => `Volume ${n}`);
    const drawn = titles.map((title) => render(<Cover book={{ ...book, title }} />).container.innerHTML);
    expect(new Set(drawn).size).toBe(titles.length);
  });

  it('shows the catalog’s picture if there is one', () => {
    const { container } = render(<Cover book={{ ...book, cover: '/covers/earthsea.jpg' }} />);
    expect(container.querySelector('img')?.getAttribute('src')).toBe('/covers/earthsea.jpg');
  });

  it('is drawn if the picture fails to load', () => {
    const { container } = render(<Cover book={{ ...book, cover: '/covers/gone.jpg' }} />);
    fireEvent.error(container.querySelector('img') as HTMLImageElement);
    expect(container.querySelector('img')).toBeNull();
    expect(container.querySelector('svg.cover')?.textContent).toContain('Le Guin');
  });

  it('has no style attribute', () => {
    for (let n = 0; n < 40; n += 1) {
      const { container } = render(<Cover book={{ ...book, title: `Volume ${n}` }} />);
      expect(container.querySelector('[style]')).toBeNull();
    }
  });
});

describe('cover colors', () => {
  it.each(PALETTES.flatMap(schemesOf))('contrast at least 4.5 on $ground and $panel', (scheme) => {
    expect(contrast(scheme.text, scheme.ground)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(scheme.onPanel, scheme.panel)).toBeGreaterThanOrEqual(4.5);
  });

  it('contrast follows WCAG’s formula', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});

describe('cover text', () => {
  it('stays inside its box for any title', () => {
    const box = { width: 160, height: 90, largest: 30, smallest: 10, leading: 1.1, face: 'serif' as const };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }), (title) => {
        const { size, lines } = fitted(title, box);
        expect(lines.length * size * box.leading).toBeLessThanOrEqual(box.height);
        for (const line of lines)
          if ([...line].length > 2) expect(textWidth(line, box.face) * size).toBeLessThanOrEqual(box.width);
      }),
    );
  });

  it('breaks Chinese anywhere, other words never', () => {
    const box = { width: 60, height: 200, largest: 20, smallest: 10, leading: 1, face: 'serif' as const };
    expect(fitted('红楼梦三国演义', box).lines.join('')).toBe('红楼梦三国演义');
    expect(fitted('The Left Hand', box).lines.join(' ')).toBe('The Left Hand');
  });

  it('reserves more width for other scripts', () => {
    for (const face of ['serif', 'sans'] as const) {
      expect(textWidth('ΟΔΥΣΣΕΙΑ', face)).toBeGreaterThan(textWidth('ODYSSEIA', face));
      expect(textWidth('おくのほそ道', face)).toBe(6);
    }
  });

  it('breaks only long words at hyphens', () => {
    const box = { width: 168, height: 108, largest: 32, smallest: 10, leading: 1.08, face: 'serif' } as const;
    expect(fitted('Slaughterhouse-Five', box).lines).toEqual(['Slaughterhouse-', 'Five']);
    expect(fitted('Nineteen Eighty-Four', box).lines).toEqual(['Nineteen', 'Eighty-Four']);
  });

  it('omits series and subtitles', () => {
    expect(coverTitle('The Hunger Games (The Hunger Games, #1)')).toBe('The Hunger Games');
    expect(coverTitle('Japanese Woodworking Tools: Their Tradition')).toBe('Japanese Woodworking Tools');
    expect(coverAuthor('J.K. Rowling, Mary GrandPré')).toBe('J.K. Rowling');
  });

  it('wide initials are smaller than narrow ones', () => {
    expect(initialSize('I')).toBe(240);
    for (const letter of ['W', 'M', '国', '—']) expect(initialSize(letter)).toBeLessThan(190);
  });

  it('appears in every composition', () => {
    const scheme = schemesOf(PALETTES[0] as (typeof PALETTES)[number])[0];
    for (const Draw of COMPOSITIONS) {
      if (!scheme) throw new Error('no scheme');
      const { container } = render(
        <svg aria-hidden="true">
          <Draw title="Ubik" author="Philip K. Dick" seed={7} scheme={scheme} />
        </svg>,
      );
      expect(container.textContent?.toLowerCase()).toContain('ubik');
      expect(container.textContent).toContain('Philip K. Dick');
    }
  });
});
