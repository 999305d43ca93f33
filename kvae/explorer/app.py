"""The page of the explorer: the layout of a gradio app. Sessions do all the work."""

import functools
import html
import threading
from collections.abc import Callable, Sequence

import gradio as gr

from kvae.capabilities import CLASSIFIER, DECODER, TRANSLATION
from kvae.explorer import markup
from kvae.explorer.classification import ClassifierSession
from kvae.explorer.session import SAMPLES, SPAN, Code, LatentSession, description
from kvae.explorer.translation import TranslatorSession
from kvae.recipes import Trained

HEIGHT = 320
"""Height of the image that is edited, in CSS pixels."""

_LOCK = threading.Lock()
"""The lock of the model, which computes one answer at a time."""


def page(trained: Trained, seed: int) -> gr.Blocks:
    """Return the page of a trained model. It first shows a sample with this seed."""
    with gr.Blocks(title=trained.name, analytics_enabled=False) as app:
        gr.HTML(f"<h1>{html.escape(trained.name)}</h1><p>{html.escape(description(trained))}</p>")
        if CLASSIFIER in trained.model.capabilities:
            _classification(ClassifierSession(trained))
        elif trained.model.capabilities.issuperset((TRANSLATION, DECODER)):
            with gr.Tab("Translation"):
                _translation(TranslatorSession(trained))
            with gr.Tab("Latent space"):
                _latent_space(LatentSession(trained), seed)
        elif TRANSLATION in trained.model.capabilities:
            _translation(TranslatorSession(trained))
        else:
            _latent_space(LatentSession(trained), seed)
    return app


def _classification(session: ClassifierSession) -> None:
    def answer(path):
        if path is None:
            return "", {}
        image = session.read(path)
        return markup.image(image, "The image that the classifier receives", HEIGHT), session.probabilities(image)

    with gr.Row():
        with gr.Column():
            own, received = gr.Image(type="filepath", label="Your image", height=HEIGHT), _html()
        answers = gr.Label(label="Probabilities", show_heading=False)
    _on([own.change], answer, [own], [received, answers])


def _translation(session: TranslatorSession) -> None:
    def answer(path, to, strength):
        return "" if path is None else markup.row(session.translations(path, to, strength), 256)

    with gr.Row():
        with gr.Column(scale=1, min_width=260):
            own = gr.Image(type="filepath", label="Your image", height=HEIGHT)
            to = gr.Dropdown(list(session.domains), label="Domain of the translation", visible=bool(session.domains))
            strength = gr.Slider(0, 3, 1, step=0.05, label="Strength", visible=session.has_strength)
        with gr.Column(scale=3):
            translations = _html()
    _on([own.change, to.input, strength.input], answer, [own, to, strength], [translations])


def _latent_space(session: LatentSession, first_seed: int) -> None:
    with gr.Row():
        with gr.Column(scale=1, min_width=260):
            density = _density(session, first_seed)
        with gr.Column(scale=4, min_width=400):
            with gr.Tab("Edit"):
                _edit(session, density, session.drawn(seed=first_seed))
            with gr.Tab("Samples") as tab:
                again, samples = gr.Button("Draw with these settings"), _html()
                _on([tab.select, again.click], functools.partial(_samples, session), density, [samples])
            with gr.Tab("Interpolation") as tab:
                _interpolation(session, density, tab)
            with gr.Tab("Map") as tab:
                gr.Markdown(markup.MAP.format(number=len(session.codes), examples=session.examples))
                again = gr.Button("Draw with these labels", visible=session.names is not None)
                codes = _html(js_on_load=markup.SCRIPT)
                _on([tab.select, again.click], functools.partial(_map, session), density[:1], [codes])


def _density(session: LatentSession, first_seed: int) -> list:
    """Return the components with which a density is chosen: labels, sampler, temperature and seed.

    The value of the labels is always None for a model that takes none.
    """
    if session.names is None:
        labels = gr.State(None)
    else:
        choose = gr.Dropdown if session.names.classes else gr.CheckboxGroup
        labels = choose(list(session.names.names), value=session.default_labels, label="Labels")
    sampler = gr.Dropdown(list(session.samplers), label="Sampler", info="Density of the latent codes of samples.")
    temperature = gr.Slider(0, 2, 1, step=0.05, label="Temperature", info="Below 1, samples are closer to the mean.")
    seed = gr.Number(
        first_seed, minimum=0, maximum=2**32 - 1, precision=0, label="Seed", info="Another seed draws other samples."
    )
    return [labels, sampler, temperature, seed]


def _edit(session: LatentSession, density: list, start: Code) -> None:
    def shown(code: Code) -> str:
        return markup.image(session.image(code), "The decoded latent code", HEIGHT)

    def replaced(code: Code) -> tuple:
        return code, shown(code), *session.values(code)

    def moved(unit: int, code: Code, value: float) -> tuple:
        code = session.moved(code, unit, value)
        return code, shown(code)

    code = gr.State(start)
    with gr.Row():
        with gr.Column(min_width=HEIGHT):
            image = _html(shown(start))
            own = _own_image(session, "Your image")
        with gr.Column():
            gr.Markdown(markup.UNITS)
            sliders = [
                gr.Slider(-SPAN, SPAN, value, step=0.01, label=f"Unit {unit}")
                for unit, value in zip(session.units, session.values(start), strict=True)
            ]
    everything = [code, image, *sliders]
    labels, *others = density
    _on([other.input for other in others], lambda *choices: replaced(session.drawn(*choices)), density, everything)
    if session.names is not None:
        _on([labels.input], lambda *parts: replaced(session.relabelled(*parts)), [code, labels], everything)
    if session.has_images:
        _on([own.input], lambda *choices: replaced(session.code(*choices)), [own, *density], everything)
    for unit, slider in zip(session.units, sliders, strict=True):
        _on([slider.input], functools.partial(moved, unit), [code, slider], [code, image])


def _own_image(session: LatentSession, label: str):
    """Return the component with which users choose their own image. Its value is always None if data are not images."""
    return gr.Image(type="filepath", label=label, height=HEIGHT // 2) if session.has_images else gr.State(None)


def _interpolation(session: LatentSession, density: list, tab: gr.Tab) -> None:
    def between(a, b, spherical, labels, sampler, temperature, seed):
        density = labels, sampler, temperature
        images = session.interpolation(session.code(a, *density, seed), session.code(b, *density, seed + 1), spherical)
        caption = "Above: interpolation of latent codes. Below: interpolation of the images."
        return markup.table(images.reshape(-1, *images.shape[2:]), images.shape[1], caption)

    with gr.Row():
        ends = [_own_image(session, f"Image {name}, or a sample") for name in "AB"]
    spherical = gr.Checkbox(label="Spherical: on a great circle, not on a straight line")
    again, images = gr.Button("Interpolate"), _html()
    _on([tab.select, again.click, spherical.input], between, [*ends, spherical, *density], [images])


def _samples(session: LatentSession, labels, sampler: str, *others) -> str:
    return markup.samples(session.samples(SAMPLES, labels, sampler, *others), sampler)


def _map(session: LatentSession, labels) -> str:
    images, points = session.map(labels)
    return markup.map_sheet(images, points, SPAN, height=256)


def _html(value: str = "", **options) -> gr.HTML:
    return gr.HTML(value, css_template=markup.STYLE, **options)


def _on(events: Sequence[Callable], function: Callable, inputs: list, outputs: list) -> None:
    """Call `function` with the values of `inputs` at each of the events, and show what it returns in `outputs`.

    A slider that moves faster than the model skips positions, but not the last one. Without the queue of gradio an answer
    takes less than half of the time.
    """

    def answer(*values):
        with _LOCK:
            return function(*values)

    options = {"queue": False, "trigger_mode": "always_last", "show_progress": "hidden", "api_visibility": "private"}
    gr.on(events, answer, inputs, outputs, **options)
