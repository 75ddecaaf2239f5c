"""What the dataset is fit for, what it is not, what is done about it: said once, for datasheet and Croissant."""

USES = (
    "Comparing what a model says of one state’s sensitive subjects with what it says of another’s, or in one language "
    "with another.",
    "Following a model, or the same weights at different hosts, from release to release.",
    "Finding single answers to quote, with what was asked, of whom, when, and what people made of it.",
    "Studying how far people agree on what a refusal and what an evasion is.",
    "Testing automatic judges of refusals against people’s labels.",
)
NOT_FOR = (
    "Saying how often a model is silent in everyday use: the questions are no sample of what people ask.",
    "Saying why a model is silent, or on whose order.",
    "Ranking countries, or makers as such. Few models of each are in, and models of one maker differ.",
    "Training a model to evade, or to recognise and defeat this measurement. Nothing in the licence forbids it.",
    "Learning facts about the events asked about: answers are often wrong, also those labelled faithful. The table "
    "key_points names sources.",
    "Finding out who labelled: no file says it, and trying is against what these people were promised.",
)
LIMITS = (
    "Only questions that people thought of and reviewers approved are in.",
    "An answer is one draw: a model asked again may say something else. The column sample of probes tells repeated "
    "calls.",
    "A model’s figures wait for the slowest answer to each question, so questions that are quickly labelled weigh "
    "more.",
    "What a host serves under a model’s name may change without a word.",
    "The labels are three. Slanted, one-sided and wrong answers that contain the core are faithful; facets note "
    "some of it.",
    "An answer is settled when labels lead clearly. What people are split about is contested, and in no rate.",
    "Where there is too little gold, settled answers are as right as a lead of votes makes them, and the crowd’s own "
    "mistakes are in.",
)
BIASES = (
    "Who submits decides what is asked; states and subjects are not covered evenly, as the counts by state and "
    "topic show.",
    "Labellers choose to come. Nothing is known of their politics, and little of where they live.",
    "Languages with few readers have fewer closed answers, and older ones.",
    "Key points are written by people with a view of what the core is; each has a source so that it can be disputed.",
    "Answers that are easy to judge close first.",
)
PERSONAL = (
    "Labellers are under pseudonyms that are new in each release; the key is destroyed when it is published. The site "
    "keeps a private list of who is who, so that whoever leaves can be taken out.",
    "Releases hold the same labels under other names. Whoever compares the rows of two, or those of the API with "
    "those of a release, can see which names stand for one person, the more surely the more they labelled. Nobody’s "
    "name on the site is in either.",
    "Days, not hours, say when a label was given. Free notes, reasons and times on a card are not published.",
    "Languages a labeller says they read are there only where at least five people of the release read the same ones. "
    "In which languages somebody labelled follows from the answers.",
    "Prompts and answers name public figures and events. An answer may hold invented claims about real people.",
    "Texts of prompts and answers are not searched for personal data by machine; reviewers read each prompt, and "
    "what is reported is looked at.",
)
UPKEEP = (
    "A release is started each month in which something was closed, and by hand; it is out when a maintainer has "
    "looked at it and published it.",
    "Nothing is put into a published release, and nothing in it is corrected. What has to be taken out, since a person "
    "leaves, a prompt is withdrawn or an erasure is ordered, goes from its files too, as an edition with a tombstone.",
    "Mistakes are mended in the next release, and told on the site’s page of corrections.",
)
