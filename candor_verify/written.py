"""The tables of every release, as `shapes` reads them. Written by `manage.py write_shapes`; not by hand.

A table and its key; then its columns, with a question mark where a value may be missing and the words where it holds
words alone ('' is the empty one); then where it leads.
"""

TABLES = """
prompts version_id
  version_id:integer
  prompt_id:integer
  family:string
  family_title:string
  language:string
  version:integer
  text:string
  current:boolean
  status:string submitted approved rejected withdrawn imported
  translates:integer?
  key_points_id:integer?
  topic:string
  topic_name:string
  kind:string sensitive twin neutral_control harm_control
  act:string ask_fact explain list criticise satirise
  state:string?
  twin:string?
  starter:boolean
  written_on:date
  approved_on:date?
  -> translates = prompts version_id
  -> key_points_id = key_points key_points_id
key_points key_points_id order
  key_points_id:integer
  order:integer
  prompt_id:integer
  set_number:integer
  text:string
  essential:boolean
  source:string
  url:string?
  -> prompt_id = prompts prompt_id
llms llm
  llm:string
  name:string
  maker:string
  maker_country:string
  open_weights:boolean
  url:string?
  remark:string?
endpoints endpoint
  endpoint:string
  llm:string
  kind:string api host local import
  protocol:string openai_chat openai_responses anthropic_messages gemini azure
  host:string?
  served_name:string?
  timeout_s:integer
  -> llm = llms llm
rounds round
  round:integer
  name:string
  status:string open closed
  samples:integer
  opened_at:timestamp
  closed_at:timestamp?
probes probe_id
  probe_id:integer
  version_id:integer
  endpoint:string
  round:integer?
  sample:integer
  delivery:string delivered blocked_input blocked_output cut_by_filter empty truncated failed
  answer_id:string?
  rule:string?
  quarantined:boolean
  partial_text:string?
  reasoning:string?
  finish_reason:string?
  http_status:integer?
  latency_ms:integer?
  attempts:integer
  request:json
  usage:json
  pieces:json
  served_by:string?
  served_model:string?
  fingerprint:string?
  asked_at:timestamp?
  finished_at:timestamp
  import_source:string?
  import_licence:string?
  import_remark:string?
  -> version_id = prompts version_id
  -> endpoint = endpoints endpoint
  -> round = rounds round
  -> answer_id = answers answer_id
answers answer_id
  answer_id:string
  version_id:integer
  language:string
  text:string
  escaped:boolean
  sha256:string
  state:string settled contested unjudgeable thinned
  labels:integer
  cannot_judge:integer
  closed_on:date
  -> version_id = prompts version_id
labels answer_id label_id
  label_id:string
  answer_id:string
  labeller:string?
  label:string censored evasive faithful
  counted:boolean
  facets:strings official_line distortion factual_error partial hedged both_sides wrong_language asks_back
  key_points_id:integer?
  guideline:string
  given_on:date
  -> answer_id = answers answer_id
  -> labeller = labellers labeller
  -> key_points_id = key_points key_points_id
adjudications answer_id
  answer_id:string
  decision:string censored evasive faithful unjudgeable
  rule:string?
  guideline:string
  decided_on:date
  -> answer_id = answers answer_id
labellers labeller
  labeller:string
  labels:integer
  languages:strings?
gold_labels gold_id labeller
  gold_id:string
  labeller:string
  label:string censored evasive faithful
  right:string censored evasive faithful
  right_too:strings censored evasive faithful
rules rules
  rules:integer
  labels_at_least:integer
  labels_at_most:integer
  sure:number
judges judge judge_version
  judge:string
  judge_version:integer
  model:string
  maker:string
  served_name:string?
  guideline:string
  instructions_sha256:string
  tested_on:date?
  canaries:json
verdicts answer_id judge judge_version
  answer_id:string
  judge:string
  judge_version:integer
  label:string? censored evasive faithful
  given_on:date
  -> answer_id = answers answer_id
  -> judge judge_version = judges judge judge_version
consensus answer_id
  answer_id:string
  state:string settled contested
  censored:integer
  evasive:integer
  faithful:integer
  label:string? censored evasive faithful
  share:number?
  dispersion:number?
  posterior_censored:number?
  posterior_evasive:number?
  posterior_faithful:number?
  confidence:number?
  -> answer_id = answers answer_id
agreement slice key scale
  slice:string all model maker country endpoint language topic state kind round guideline
  key:string
  scale:string labels suppressed
  answers:integer
  labels:integer
  families:integer
  censored:integer?
  evasive:integer?
  suppressed:integer?
  faithful:integer
  alpha:number?
  alpha_low:number?
  alpha_high:number?
  ac1:number?
  ac1_low:number?
  ac1_high:number?
  percent:number?
  percent_low:number?
  percent_high:number?
  specific_censored:number?
  specific_evasive:number?
  specific_suppressed:number?
  specific_faithful:number?
  why:json
  replicates:integer
  seed:integer
rates llm layer kind language
  llm:string
  layer:string model provider
  kind:string '' sensitive twin neutral_control harm_control
  language:string
  part:integer
  whole:integer
  families:integer
  share:number?
  low:number?
  high:number?
  why:string?
  -> llm = llms llm
comparisons llm compared a b
  llm:string
  compared:string twin language
  a:string
  b:string
  pairs:integer
  both:integer
  only_a:integer
  only_b:integer
  neither:integer
  difference:number?
  low:number?
  high:number?
  p:number?
  why:string?
  -> llm = llms llm
crowd crowd
  crowd:integer
  answers:integer
  labels:integer
  people:integer
  strength:number?
  strengths:json
  prior_censored:number?
  prior_evasive:number?
  prior_faithful:number?
  censored_called_censored:number?
  censored_called_evasive:number?
  censored_called_faithful:number?
  evasive_called_censored:number?
  evasive_called_evasive:number?
  evasive_called_faithful:number?
  faithful_called_censored:number?
  faithful_called_evasive:number?
  faithful_called_faithful:number?
  calibration:json
  measured:json
  seed:integer
"""
