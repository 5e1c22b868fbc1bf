#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Use a page as a person would, in a headless Chromium: check_page.py PROGRAM CHROMIUM CHROMEDRIVER [SCREENSHOTS]

PROGRAM writes the page (page_sample.cpp). With SCREENSHOTS, a directory, pictures of it are left there to be looked at.
"""

import pathlib
import subprocess
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

PHONE = 360


def browser(chromium: str, driver: str, *, scripts: bool = True, dark: bool = False) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    # Chromium has no sandbox for root, and its own traffic has nothing to do here.
    for argument in ('headless=new', 'no-sandbox', 'disable-gpu', 'disable-background-networking', 'disable-component-update'):
        options.add_argument(f'--{argument}')
    if dark:
        options.add_argument('--blink-settings=preferredColorScheme=0')
    if not scripts:
        options.add_experimental_option('prefs', {'profile.managed_default_content_settings.javascript': 2})
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    return webdriver.Chrome(service=webdriver.chrome.service.Service(driver), options=options)


def expect(what: str, found, wanted) -> None:
    if found != wanted:
        raise SystemExit(f'{what}: {found!r}, expected was {wanted!r}')


def shown(page, selector: str) -> list[str]:
    return [node.text for node in page.find_elements(By.CSS_SELECTOR, selector) if node.is_displayed()]


def names(page) -> list[str]:
    return [name.split('<')[0] for name in shown(page, 'main > details summary .name')]


def check_filters(page) -> None:
    expect('runs', names(page), ['good', 'bad', 'hostile'])
    search = page.find_element(By.CSS_SELECTOR, 'main > .controls input[type=search]')
    search.send_keys('OF LEVEL 3')
    expect('runs that have the words', names(page), ['bad'])
    search.clear()
    search.send_keys('warnings and worse')
    expect('runs that have the words of a control', names(page), [])
    search.clear()
    search.send_keys(' ', '\b')
    page.find_element(By.CSS_SELECTOR, 'input[value=fail]').click()
    expect('runs that passed', names(page), ['good'])
    page.find_element(By.CSS_SELECTOR, 'input[value=fail]').click()


def check_screen(page) -> None:
    pictures = page.find_elements(By.CSS_SELECTOR, 'svg.screen image')
    expect('pictures', len(pictures), 1)
    expect('a picture that can be seen', pictures[0].rect['width'] > 0 and pictures[0].rect['height'] > 0, True)


def check_journal(page) -> None:
    journal = '#run-2 .journal > span'
    expect('lines of the journal', len(shown(page, journal)), 9)
    levels = Select(page.find_element(By.CSS_SELECTOR, '#run-2 select'))
    levels.select_by_visible_text('errors')
    expect('errors', len(shown(page, journal)), 4)
    levels.select_by_visible_text('info and worse')
    page.find_element(By.CSS_SELECTOR, '#run-2 .controls input').send_keys('level 6')
    expect('lines with the words', [line.split(': ')[1] for line in shown(page, journal)], ['of level 6'])


def check_folds(page) -> None:
    opened = "return [...document.querySelectorAll('main > details')].filter(run => run.open).map(run => run.id)"
    expect('unfolded', page.execute_script(opened), ['run-2', 'run-3'])
    page.find_element(By.CSS_SELECTOR, '.timeline a[href="#run-1"]').click()
    expect('unfolded by a link', page.execute_script(opened), ['run-1', 'run-2', 'run-3'])


def check_width(page) -> None:
    page.set_window_size(PHONE, 800)
    # A headless window has a least width of its own.
    page.execute_cdp_cmd(
        'Emulation.setDeviceMetricsOverride', {'width': PHONE, 'height': 800, 'deviceScaleFactor': 1, 'mobile': True}
    )
    expect('width on a phone', page.execute_script('return document.documentElement.scrollWidth'), PHONE)


def check_scripts(page) -> None:
    expect('title', page.title, 'Bootproof')
    expect('pictures', len(page.find_elements(By.TAG_NAME, 'img')), 0)
    expect('what the console says', page.get_log('browser'), [])


def check_without_scripts(page) -> None:
    expect('runs without scripts', names(page), ['good', 'bad', 'hostile'])
    expect('controls without scripts', page.find_elements(By.CLASS_NAME, 'controls'), [])
    page.find_element(By.CSS_SELECTOR, '#run-1 summary').click()
    expect('commands without scripts', 'meson test' in page.find_element(By.ID, 'run-1').text, True)


def main(program: str, chromium: str, driver: str, screenshots: str = '') -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / 'report.html'
        file.write_bytes(subprocess.run([program], check=True, stdout=subprocess.PIPE).stdout)
        for name, settings, checks in (
            ('light', {}, (check_folds, check_filters, check_screen, check_journal, check_scripts)),
            ('dark-phone', {'dark': True}, (check_width, check_scripts)),
            ('no-scripts', {'scripts': False}, (check_without_scripts,)),
        ):
            with browser(chromium, driver, **settings) as page:
                page.set_window_size(1200, 1600)
                page.get(file.as_uri())
                for check in checks:
                    check(page)
                if screenshots:
                    page.save_screenshot(f'{screenshots}/{name}.png')


main(*sys.argv[1:])
