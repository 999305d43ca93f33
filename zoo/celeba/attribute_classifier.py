"""The judge of generated faces: a classifier of nineteen attributes.

Source: "Learning latent subspaces in variational autoencoders" (a project report after Klys, Snell and Zemel 2018), section
3.2: a classifier of 19 of the 40 attributes, by which samples are judged. Its accuracy on real faces: Heavy_Makeup .90,
Wearing_Hat .99, Male .97, Smiling .91, Eyeglasses .99.

Silent in the source, chosen here: which 19 (the report names Eyeglasses, Wearing_Hat, Mustache and Male, and those of its
table), the net (four blocks of convolution, batch norm, ReLU and pooling with 32-64-128-256 channels, dropout 0.3 before the
dense layer), augmentation (mirrored, shifted, other contrast), AdamW at 2e-3 with weight decay 1e-4, warmed up
over a fifth and then lowered by half a cosine, 20 epochs; answers are means over a face and its mirror image.
Expected (seed 0, the 1,000 validation faces): Heavy_Makeup .917, Wearing_Hat .987, Male .968, Smiling .916, Eyeglasses .982;
the mean of all nineteen .938.
Cost: 12 minutes on two CPU cores with TensorFlow and other work beside it.
Command: kvae train celeba/attribute_classifier
The judge of pictures that VAEs draw: kvae train celeba/attribute_classifier --set model.smooth=true --out
    runs/celeba/smooth_judge; it comes along as the preset celeba/attribute_classifier. On real faces it is as good (.926,
    .986, .961, .912, .979); the other sees no make-up and next to no hats in smooth pictures, not even in reconstructions of
    faces with them.
Its accuracy: kvae evaluate runs/celeba/attribute_classifier
"""

import kvae
from kvae.zoo import Between, Count, Objective, Positive, Search, Training

ATTRIBUTES = (
    *("Bald", "Bangs", "Black_Hair", "Blond_Hair", "Brown_Hair", "Bushy_Eyebrows", "Eyeglasses", "Goatee", "Gray_Hair"),
    *("Heavy_Makeup", "Male", "Mouth_Slightly_Open", "Mustache", "No_Beard", "Pale_Skin", "Smiling", "Wearing_Hat"),
    *("Wearing_Lipstick", "Young"),
)
"""The attributes that can be seen best."""


def data(size: Count = 64, attributes: tuple[str, ...] = ATTRIBUTES, skip_damaged: bool = False):
    return kvae.data.load("celeba", size=size, attributes=attributes, skip_damaged=skip_damaged)


def model(dataset, width: Count = 32, dropout: Positive = 0.3, smooth: bool = False):
    count = len(dataset.label_names)
    return kvae.models.Classifier(
        kvae.networks.conv_classifier(dataset.shape, count, width, dropout, smooth=smooth, name="net"),
        kvae.distributions.BinaryLabels(count),
        mirrored=True,
    )


def training(epochs: Count = 20, batch_size: Count = 128, learning_rate: Positive = 2e-3):
    import keras

    optimizer = keras.optimizers.AdamW(learning_rate, weight_decay=1e-4)
    return Training(epochs, batch_size, optimizer, learning_rate_schedule=kvae.training.schedules.OneCycle(epochs))


def search():
    return Search(
        vary={
            "model.dropout": Between(0.05, 0.6),
            "model.width": Between(16, 64, log=True),
            "learning_rate": Between(0.0005, 0.008, log=True),
        },
        objectives=(Objective("accuracy", "max", unit=0.01),),
        monitor="val_accuracy",
    )
