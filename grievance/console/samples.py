"""Samples of the seven texts of the operator's profile, to be edited: what only the operator knows
stands in [brackets], and nothing is saved while a bracket of a sample is still there."""

from __future__ import annotations

import re

from grievance.accounts.profile import FIELDS
from grievance.model import complete

SAMPLES: dict[str, dict[str, str]] = {
    "who_runs": {
        "en": "We are [name of the group], [a registered non-profit] in [town]. [We are"
        " independent of companies, agencies and the State.] [Who pays for our work.]",
        "ja": "私たちは[所在地]の[団体名]という[特定非営利活動法人]です。[会社、仲介業者、役所か"
        "ら独立しています。][活動資金の出どころ]",
        "vi": "Chúng tôi là [tên nhóm], [một tổ chức phi lợi nhuận có đăng ký] ở [thành phố]."
        " [Chúng tôi độc lập với công ty, môi giới và nhà nước.] [Ai trả tiền cho công việc của"
        " chúng tôi.]",
    },
    "who_reads": {
        "en": "Only [number] people of ours can open a case: [who they are, by their work]. Each"
        " opening is written down, and your page shows it.",
        "ja": "相談を開けるのは、私たちのうち[人数]人（[それぞれの役割]）だけです。開くたびに記"
        "録が残り、あなたのページに表示されます。",
        "vi": "Chỉ [số] người của chúng tôi mở được vụ việc: [họ làm việc gì]. Mỗi lần mở đều"
        " được ghi lại và hiện trên trang của bạn.",
    },
    "can": {
        "en": "We listen, explain your rights, find the right office and [go there with you]. We"
        " speak [languages]. We write to nobody before you say yes. [It costs nothing.]",
        "ja": "お話を聞き、あなたの権利を説明し、合う窓口をさがして[一緒に行きます]。[言語]で話"
        "せます。あなたの同意なしに、どこにも連絡しません。[費用はかかりません。]",
        "vi": "Chúng tôi lắng nghe, giải thích quyền của bạn, tìm đúng cơ quan và [đi cùng bạn]."
        " Chúng tôi nói [các ngôn ngữ]. Chúng tôi không viết cho ai khi bạn chưa đồng ý. [Không"
        " mất tiền.]",
    },
    "cannot": {
        "en": "We are not the police, an office of the State or a court. We cannot order a"
        " company to pay. [What else you cannot do: come at night, lend money, find a room.]",
        "ja": "私たちは警察でも役所でも裁判所でもありません。会社に支払いを命じることはできませ"
        "ん。[ほかにできないこと：夜に駆けつける、お金を貸す、住まいを用意する、など]",
        "vi": "Chúng tôi không phải cảnh sát, cơ quan nhà nước hay tòa án. Chúng tôi không thể"
        " bắt công ty trả tiền. [Những gì khác không làm được: đến vào ban đêm, cho vay, tìm chỗ"
        " ở.]",
    },
    "kept": {
        "en": "We keep a case for at most [how long] after it ends; then we delete it by hand."
        " You can ask on your page that we delete it earlier. You can take your report back at"
        " any time.",
        "ja": "相談は、終わってから長くて[期間]保管し、その後、担当者が手作業で消します。早く消"
        "してほしいときは、あなたのページから頼めます。申立ては、いつでも取り下げられます。",
        "vi": "Chúng tôi giữ vụ việc nhiều nhất [bao lâu] sau khi kết thúc, rồi chúng tôi tự tay"
        " xóa. Bạn có thể yêu cầu xóa sớm hơn trên trang của mình. Bạn có thể rút đơn bất cứ lúc"
        " nào.",
    },
    "advice": {
        "en": "What we say is not legal advice. For that we bring you together with a lawyer,"
        " through [Houterasu, or the lawyers you work with].",
        "ja": "私たちの説明は法律相談ではありません。必要なときは、[法テラスや協力弁護士]を通じ"
        "て弁護士につなぎます。",
        "vi": "Lời chúng tôi nói không phải là tư vấn pháp luật. Khi cần, chúng tôi nối bạn với"
        " luật sư qua [Houterasu, hoặc các luật sư cùng làm việc].",
    },
    "complain": {
        "en": "If we did something wrong, tell [who, by their work] at [address or telephone]."
        " If that does not help, tell [somebody outside of us].",
        "ja": "私たちの対応に問題があれば、[役職]に[連絡先]で知らせてください。それでも解決しな"
        "いときは、[団体の外の相談先]に知らせてください。",
        "vi": "Nếu chúng tôi làm sai, hãy báo cho [ai, theo chức vụ] qua [địa chỉ hoặc số điện"
        " thoại]. Nếu vẫn không được, hãy báo cho [một nơi ngoài tổ chức chúng tôi].",
    },
}
complete(SAMPLES, FIELDS)
BRACKET = re.compile(r"\[[^\]]*\]")


def sample(field: str, slug: str) -> str:
    """The sample of a text in a language; empty where there is none."""
    return SAMPLES[field].get(slug, "")


def left(field: str, slug: str, text: str) -> list[str]:
    """What of the sample's brackets still stands in a text."""
    return [one for one in BRACKET.findall(sample(field, slug)) if one in text]
