"""The messages in English."""

from __future__ import annotations

from chalicelib.notify.catalog import Catalog, Template
from chalicelib.notify.words_en import WORDS

_TEXTS = {
    "opened.seller": Template(
        "Answer by {due}: dispute {dispute} opened",
        "The buyer of order {order} has opened a dispute: {reason}. The buyer asks for {remedy}.",
        "Accept, propose something else or decline by {due}. Without an answer by then the request is granted as asked.",
        "Dispute opened ({reason}): {amount} asked. Answer by {due}",
    ),
    "opened.buyer": Template(
        "Dispute {dispute} is open",
        "You have opened a dispute about order {order}: {reason}. You ask for {remedy}.",
        "There is nothing to do now. The seller has to answer by {due}; without an answer by then your request is granted.",
    ),
    "return_asked.seller": Template(
        "Return under your guarantee: dispute {dispute}",
        "The buyer of order {order} returns items under the returns guarantee you offer. The buyer asks for {remedy}.",
        "If you have a return address on file there is nothing to do. If not, accept with an address by {due}; without one the"
        " buyer is refunded and keeps the items.",
        "Return under your guarantee. No return address on file? Give one by {due}",
    ),
    "return_asked.buyer": Template(
        "Your return: dispute {dispute}",
        "You have asked to return items of order {order}, for {remedy}.",
        "If the seller has a return address on file, you are told at once how to send them back. If not, please wait for the"
        " address: the seller has to give one by {due}; without one you are refunded and keep the items.",
    ),
    "narrowed.seller": Template(
        "Dispute {dispute} is about less now",
        "Part of what the buyer claims in dispute {dispute} was delivered in time. For the rest the buyer asks for {remedy}.",
        "If it is your turn, answer; the next deadline is {due}.",
    ),
    "narrowed.buyer": Template(
        "Dispute {dispute} is about less now",
        "Part of what you claimed was delivered in time, so the dispute is now about the rest. Your request is now {remedy}.",
        "If it is your turn, answer; the next deadline is {due}.",
    ),
    "proposal.seller": Template(
        "Answer by {due}: proposal in dispute {dispute}",
        "In dispute {dispute} the buyer asks for {remedy}.",
        "Accept, propose something else or decline by {due}.",
        "Dispute: the buyer asks for {amount}. Answer by {due}",
    ),
    "proposal.buyer": Template(
        "Answer by {due}: proposal in dispute {dispute}",
        "In dispute {dispute} the seller proposes {remedy}.",
        "Accept it or go on by {due}: you can propose something else or ask for a mediator.",
        "Dispute: the seller proposes {amount}. Answer by {due}",
    ),
    "mediated.seller": Template(
        "A mediator's proposal in dispute {dispute}",
        "The mediator of dispute {dispute} proposes {remedy} to the buyer.",
        "If both of you accept it, it settles the dispute. Otherwise the mediator decides by {due}.",
        "Dispute: the mediator proposes {amount}. Accept it? Decision by {due}",
    ),
    "mediated.buyer": Template(
        "A mediator's proposal in dispute {dispute}",
        "The mediator of dispute {dispute} proposes {remedy}.",
        "If both of you accept it, it settles the dispute. Otherwise the mediator decides by {due}.",
        "Dispute: the mediator proposes {amount}. Accept it? Decision by {due}",
    ),
    "declined.seller": Template(
        "Your turn in dispute {dispute}: the buyer declined",
        "The buyer has declined what was on the table in dispute {dispute}.",
        "Make a new proposal, or ask for a mediator. Without an agreement by {due} a mediator takes over.",
        "Dispute: the buyer declined. Propose again by {due}",
    ),
    "declined.buyer": Template(
        "Your turn in dispute {dispute}: the seller declined",
        "The seller has declined what was on the table in dispute {dispute}.",
        "Make a new proposal, or ask for a mediator. Without an agreement by {due} a mediator takes over.",
        "Dispute: the seller declined. Propose again by {due}",
    ),
    "accepted.seller": Template(
        "The buyer accepts the mediator's proposal: dispute {dispute}",
        "The buyer accepts the mediator's proposal in dispute {dispute}: {remedy}.",
        "If you accept as well, it settles the dispute. Otherwise the mediator decides by {due}.",
        "Dispute: the buyer accepts the mediator's {amount}. Do you? By {due}",
    ),
    "accepted.buyer": Template(
        "The seller accepts the mediator's proposal: dispute {dispute}",
        "The seller accepts the mediator's proposal in dispute {dispute}: {remedy}.",
        "If you accept as well, it settles the dispute. Otherwise the mediator decides by {due}.",
        "Dispute: the seller accepts the mediator's {amount}. Do you? By {due}",
    ),
    "time.seller": Template(
        "More time in dispute {dispute}",
        "The buyer gives you more time in dispute {dispute}.",
        "You now have until {due}.",
    ),
    "time.buyer": Template(
        "More time in dispute {dispute}",
        "The seller gives you more time in dispute {dispute}.",
        "You now have until {due}.",
    ),
    "evidence.seller": Template(
        "New evidence in dispute {dispute}",
        "The buyer has added evidence to dispute {dispute}.",
        "Look at it, and add your own if you want to. The next deadline is {due}.",
    ),
    "evidence.buyer": Template(
        "New evidence in dispute {dispute}",
        "The seller has added evidence to dispute {dispute}.",
        "Look at it, and add your own if you want to. The next deadline is {due}.",
    ),
    "escalated.seller": Template(
        "A mediator takes over dispute {dispute}",
        "Dispute {dispute} has been escalated: a mediator decides it.",
        "Add the evidence that speaks for you now. The decision comes by {due}.",
    ),
    "escalated.buyer": Template(
        "A mediator takes over dispute {dispute}",
        "Dispute {dispute} has been escalated: a mediator decides it.",
        "Add the evidence that speaks for you now. The decision comes by {due}.",
    ),
    "escalated.mediators": Template(
        "To review by {due}: dispute {dispute}",
        "Dispute {dispute} has been escalated: {reason}.",
        "Take the case and decide it by {due}; after that the policy's default decides.",
        "Dispute escalated ({reason}). Decide by {due}",
    ),
    "information.seller": Template(
        "Answer by {due}: a mediator's question in dispute {dispute}",
        "The mediator of dispute {dispute} asks you for information.",
        "Read the question and answer it with evidence by {due}. If you do not, the decision may go against you.",
        "Dispute: the mediator asks you something. Answer by {due}",
    ),
    "information.buyer": Template(
        "Answer by {due}: a mediator's question in dispute {dispute}",
        "The mediator of dispute {dispute} asks you for information.",
        "Read the question and answer it with evidence by {due}. If you do not, the decision may go against you.",
        "Dispute: the mediator asks you something. Answer by {due}",
    ),
    "lapsed.seller": Template(
        "A question was left unanswered: dispute {dispute}",
        "The time to answer the mediator's question in dispute {dispute} has passed.",
        "The decision comes by {due} and may go against you. Until then you can still add evidence.",
    ),
    "lapsed.buyer": Template(
        "A question was left unanswered: dispute {dispute}",
        "The time to answer the mediator's question in dispute {dispute} has passed.",
        "The decision comes by {due} and may go against you. Until then you can still add evidence.",
    ),
    "decision.seller": Template(
        "Decision in dispute {dispute}: accept or appeal by {due}",
        "Dispute {dispute} has been decided: the buyer gets {remedy}. Finding: {finding}",
        "Accept the decision, or appeal once with new evidence by {due}. After that it is carried out.",
        "Dispute decided: {amount} to the buyer. Accept or appeal by {due}",
    ),
    "decision.buyer": Template(
        "Decision in dispute {dispute}: accept or appeal by {due}",
        "Dispute {dispute} has been decided: you get {remedy}. Finding: {finding}",
        "Accept the decision, or appeal once with new evidence by {due}. After that it is carried out.",
        "Dispute decided: you get {amount}. Accept or appeal by {due}",
    ),
    "final_decision.seller": Template(
        "Final decision in dispute {dispute}",
        "Dispute {dispute} has been decided for good: the buyer gets {remedy}. Finding: {finding}",
        "There is nothing to do. The decision is carried out now.",
    ),
    "final_decision.buyer": Template(
        "Final decision in dispute {dispute}",
        "Dispute {dispute} has been decided for good: you get {remedy}. Finding: {finding}",
        "There is nothing to do. The decision is carried out now.",
    ),
    "decision_accepted.seller": Template(
        "The buyer accepts the decision: dispute {dispute}",
        "The buyer accepts the decision in dispute {dispute}: {remedy}.",
        "If you accept as well, it is carried out at once. You can appeal until {due}.",
    ),
    "decision_accepted.buyer": Template(
        "The seller accepts the decision: dispute {dispute}",
        "The seller accepts the decision in dispute {dispute}: {remedy}.",
        "If you accept as well, it is carried out at once. You can appeal until {due}.",
    ),
    "appealed.seller": Template(
        "The buyer appeals: dispute {dispute}",
        "The buyer has appealed the decision in dispute {dispute}. Another mediator reviews it.",
        "Look at the new evidence and add yours. The final decision comes by {due}.",
    ),
    "appealed.buyer": Template(
        "The seller appeals: dispute {dispute}",
        "The seller has appealed the decision in dispute {dispute}. Another mediator reviews it.",
        "Look at the new evidence and add yours. The final decision comes by {due}.",
    ),
    "appealed.mediators": Template(
        "Appeal to review by {due}: dispute {dispute}",
        "The decision in dispute {dispute} has been appealed.",
        "A mediator who has not had the case takes it and decides for good by {due}.",
        "Dispute appealed ({reason}). Decide by {due}",
    ),
    "return_granted.buyer": Template(
        "Send the item back by {due}: dispute {dispute}",
        "In dispute {dispute} you get {remedy}. {ground}",
        "Send the item back and enter carrier and tracking number by {due}. You find the address behind the link. {postage}"
        " If you do not send it by then, the dispute closes without a refund.",
        "Send the item back and enter its tracking number by {due} to get {amount}:",
    ),
    "return_granted.seller": Template(
        "The buyer returns the item: dispute {dispute}",
        "In dispute {dispute} the buyer gets {remedy}. {ground}",
        "There is nothing to do until the item is on its way. The buyer has to send it by {due}. {postage}",
    ),
    "return_shipped.seller": Template(
        "A return is on its way to you: dispute {dispute}",
        "The buyer has sent the item of dispute {dispute} back with {carrier}, tracking number {tracking}.",
        "When it arrives, say whether all is well. The refund of {amount} is paid when you do, at the latest on {due}; once the"
        " carrier has delivered it, the time to report a problem is shorter.",
        "A return is on its way: {tracking}. Say how it arrived by {due}",
    ),
    "return_delivered.seller": Template(
        "Check the return by {due}: dispute {dispute}",
        "{carrier} has delivered the return of dispute {dispute}, tracking number {tracking}.",
        "Say by {due} whether all is well, or report a problem with evidence. Without an answer {amount} is refunded then.",
        "Return delivered. Report a problem by {due}, else {amount} is refunded:",
    ),
    "return_problem.buyer": Template(
        "A problem with your return: dispute {dispute}",
        "The seller reports a problem with the return of dispute {dispute}: {problem}. A mediator reviews it.",
        "Add the evidence that speaks for you now, such as proof of postage. The decision comes by {due}.",
    ),
    "return_problem.mediators": Template(
        "To review by {due}: return of dispute {dispute}",
        "The seller reports a problem with the return of dispute {dispute}: {problem}.",
        "Take the case and decide it by {due}; after that the policy's default decides.",
        "Return with a problem: {problem}. Decide by {due}",
    ),
    "refunded.seller": Template(
        "Refund of {amount} issued: dispute {dispute} is closed",
        "Dispute {dispute} is closed with a refund of {amount} to the buyer. {ground}",
        "There is nothing to do. The refund is taken from the payment held for the order.",
    ),
    "refunded.buyer": Template(
        "Refund of {amount} issued: dispute {dispute} is closed",
        "Dispute {dispute} is closed and {amount} is refunded to you. {ground}",
        "There is nothing to do. The money goes back the way you paid.",
    ),
    "withdrawn.seller": Template(
        "Dispute {dispute} was withdrawn",
        "The buyer has withdrawn dispute {dispute}. Nothing is refunded.",
        "There is nothing to do. The buyer can open another dispute while the order is protected.",
    ),
    "expired.seller": Template(
        "Dispute {dispute} is closed: nothing was sent back",
        "The buyer did not send the item of dispute {dispute} back in time. The dispute is closed and nothing is refunded.",
        "There is nothing to do.",
    ),
    "expired.buyer": Template(
        "Dispute {dispute} is closed: nothing was sent back",
        "The time to send the item of dispute {dispute} back has passed. The dispute is closed and nothing is refunded.",
        "There is nothing to do.",
    ),
    "closed.seller": Template(
        "Dispute {dispute} is closed without a refund",
        "Dispute {dispute} is closed without a refund. {ground}",
        "There is nothing to do.",
    ),
    "closed.buyer": Template(
        "Dispute {dispute} is closed without a refund",
        "Dispute {dispute} is closed without a refund. {ground}",
        "There is nothing to do. Behind the link you can read all that was said and found.",
    ),
    "completed.seller": Template(
        "{amount} released to you: order {order} is completed",
        "The protection of order {order} has ended and the order is completed. {amount} is released to you.",
        "There is nothing to do.",
    ),
    "promise.buyer": Template(
        "Later delivery of order {order}",
        "The seller of order {order} now promises delivery by {due}.",
        "There is nothing to do. If it has not arrived by then, you can open a dispute.",
    ),
    "protection.buyer": Template(
        "Longer protection of order {order}",
        "The seller has extended the protection of order {order}.",
        "There is nothing to do. You can open a dispute until {due}.",
    ),
}

ENGLISH = Catalog(
    texts=_TEXTS,
    words=WORDS,
    footer_of_order="Order {order}",
    footer_of_dispute="Dispute {dispute}, order {order}",
)
"""The wording of the default language."""
