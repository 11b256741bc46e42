//! The languages beyond those whose function words are listed, told by `whatlang` from three
//! letters at a time.
//!
//! That takes running text: of a headline it would name some language with confidence. So it is
//! asked only where the words of the lists and the script have told nothing, only about languages
//! that have no list, and only about enough letters.

use std::sync::LazyLock;

use whatlang::{Detector, Lang};

use crate::lists::{Row, count, rows};

const LIST: &str = include_str!("others.tsv");
static OTHERS: [Row; count(LIST)] = rows(LIST);

/// So many bytes of a text are looked at.
const SAMPLE: usize = 1_200;

/// Fewer letters, as of a headline or two, tell nothing. A script of few languages needs a part of
/// them.
const FEWEST_LATIN: usize = 90;
const FEWEST_OTHER: usize = 24;

/// How sure `whatlang` has to be, from 0 to 1, where many languages share a script.
const SURE: f64 = 0.8;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::new);

/// The language of a running text as a BCP 47 tag.
pub fn identify(text: &str) -> Option<&'static str> {
    let text = &text[..text.floor_char_boundary(SAMPLE)];
    let letters = text.chars().filter(|it| it.is_alphabetic()).count();
    let is_latin = text.chars().filter(char::is_ascii_alphabetic).count() * 2 > letters;
    if letters < if is_latin { FEWEST_LATIN } else { FEWEST_OTHER } {
        return None;
    }
    // Figures, code and lists are no running text.
    let words = text.split_whitespace().count();
    let visible = text.chars().filter(|it| !it.is_whitespace()).count();
    if letters * 10 < visible * 8 || letters > words * 40 {
        return None;
    }
    let found = DETECTOR.detect(text)?;
    let is_alone = matches!(
        found.lang(),
        Lang::Heb
            | Lang::Amh
            | Lang::Ben
            | Lang::Guj
            | Lang::Hye
            | Lang::Kan
            | Lang::Kat
            | Lang::Mal
            | Lang::Mya
            | Lang::Ori
            | Lang::Pan
            | Lang::Sin
            | Lang::Tam
            | Lang::Tel
    );
    if !is_alone && (!found.is_reliable() || found.confidence() < SURE) {
        return None;
    }
    OTHERS.iter().find(|row| row.key == found.lang().code()).map(|row| row.value)
}

#[cfg(test)]
mod tests {
    use crate::identify_language;

    #[test]
    fn languages_without_a_list_are_told_in_running_text() {
        let mut told = 0;
        for (tag, text) in [
            (
                "pl",
                "Port został ponownie otwarty we wtorek po tym, jak inżynierowie wymienili dwa dźwigi, które od wiosny blokowały północne nabrzeże. Firmy przewozowe twierdzą, że opóźnienie kosztowało je cztery tygodnie.",
            ),
            (
                "cs",
                "Přístav byl v úterý znovu otevřen poté, co inženýři vyměnili dva jeřáby, které od jara blokovaly severní nábřeží. Dopravci tvrdí, že je zpoždění stálo téměř čtyři týdny.",
            ),
            (
                "sv",
                "Hamnen öppnade igen på tisdagen efter att ingenjörer hade bytt ut de två kranar som blockerat den norra kajen sedan i våras. Fraktbolagen säger att förseningen kostade dem fyra veckor.",
            ),
            (
                "fi",
                "Satama avattiin uudelleen tiistaina, kun insinöörit olivat vaihtaneet kaksi nosturia, jotka olivat tukkineet pohjoisen laiturin keväästä lähtien. Viivästys maksoi yhtiöille noin neljä viikkoa.",
            ),
            (
                "hu",
                "A kikötő kedden újra megnyílt, miután a mérnökök kicserélték a két darut, amelyek tavasz óta elzárták az északi rakpartot. A szállítók szerint a késés csaknem négy hetükbe került.",
            ),
            (
                "tr",
                "Liman, ilkbahardan beri kuzey rıhtımını kapatan iki vincin mühendisler tarafından değiştirilmesinin ardından salı günü yeniden açıldı. Nakliye şirketleri gecikmenin dört haftaya mal olduğunu söyledi.",
            ),
            (
                "id",
                "Pelabuhan itu dibuka kembali pada hari Selasa setelah para insinyur mengganti dua derek yang telah menghalangi dermaga utara sejak musim semi. Perusahaan pengangkutan mengatakan bahwa keterlambatan itu merugikan mereka.",
            ),
            (
                "uk",
                "Порт знову відкрився у вівторок після того, як інженери замінили два крани, які з весни блокували північний причал. Перевізники кажуть, що затримка коштувала їм майже чотири тижні.",
            ),
            (
                "bg",
                "Пристанището беше отворено отново във вторник, след като инженерите смениха двата крана, които от пролетта блокираха северния кей. Превозвачите казват, че забавянето им е струвало четири седмици.",
            ),
            (
                "ar",
                "أعيد فتح الميناء يوم الثلاثاء بعد أن استبدل المهندسون الرافعتين اللتين كانتا تسدان الرصيف الشمالي منذ الربيع، وقالت شركات الشحن إن التأخير كلفها أربعة أسابيع.",
            ),
            (
                "fa",
                "بندر روز سه‌شنبه پس از آن که مهندسان دو جرثقیلی را که از بهار اسکله شمالی را بسته بودند تعویض کردند، دوباره باز شد و شرکت‌های حمل و نقل گفتند این تأخیر چهار هفته برای آنها هزینه داشت.",
            ),
            (
                "he",
                "הנמל נפתח מחדש ביום שלישי לאחר שהמהנדסים החליפו את שני העגורנים שחסמו את הרציף הצפוני מאז האביב.",
            ),
            (
                "hi",
                "वसंत से उत्तरी घाट को अवरुद्ध करने वाली दो क्रेनों को इंजीनियरों द्वारा बदलने के बाद मंगलवार को बंदरगाह फिर से खुल गया, और कंपनियों ने कहा कि देरी से उन्हें चार सप्ताह का नुकसान हुआ।",
            ),
            (
                "ta",
                "வசந்த காலத்திலிருந்து வடக்கு துறையை அடைத்திருந்த இரண்டு கிரேன்களை பொறியாளர்கள் மாற்றிய பிறகு துறைமுகம் செவ்வாய்க்கிழமை மீண்டும் திறக்கப்பட்டது.",
            ),
            (
                "ka",
                "ნავსადგური სამშაბათს კვლავ გაიხსნა მას შემდეგ, რაც ინჟინრებმა შეცვალეს ორი ამწე, რომლებიც ჩრდილოეთ ნავმისადგომს კეტავდნენ.",
            ),
        ] {
            let found = identify_language(text);
            assert!(found.is_none() || found == Some(tag), "{text}: {found:?}");
            told += usize::from(found.is_some());
        }
        // The Scandinavian languages are too close to each other for a few lines.
        assert!(told >= 12, "{told} of 15");
    }

    #[test]
    fn what_is_no_running_text_is_in_no_language() {
        for text in [
            "let x = foo(bar[1]); if (x > 3) { return y ? z : 0; } // 1234567890 abc def ghi jkl mno pqr stu vwx yz",
            "Hotel Taxi Restaurant Bar Museum Park Zoo",
        ] {
            assert_eq!(identify_language(text), None, "{text}");
        }
    }
}
