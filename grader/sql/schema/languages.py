"""More of what people call the things of a shop: the languages beyond those of `lexicon`, and other scripts.

Data only, as in `lexicon`: each English word with what others say, without accents; inflected forms where they are
usual in names of tables. Words of other alphabets are first written in Latin letters; words of scripts without spaces
are cut out of a name wherever they stand.
"""

from __future__ import annotations

MORE = {
    # people
    "user": "felhasznalo felhasznalok kayttaja kayttajat kayttajan polzovatel polzovateli polzovatelya uzivatel "
    "uzivatele uzivatelia pouzivatel pouzivatelia utilizator utilizatori korisnik korisnici nguoidung yonghu "
    "xristis christis kasutaja vartotojas vartotojai lietotajs usuari usuaris riyosha",
    "customer": "vevo vevok ugyfel ugyfelek asiakas asiakkaat asiakkaan pokupatel pokupateli pokupatelya zakazchik "
    "zakazchiki zakazchika klienty klientov klienta zakaznik zakaznici zakazniky zakaznika kupac kupci "
    "kupca khachhang kehu guke kokyaku okyakusan gogaek pelanggan pelatis pelates klients klientas "
    "klientai klienci client cliens kund kunder",
    "account": "taikhoan zhanghu zhanghao uchetnaya tili fiok ucet akun",
    "buyer": "pembeli",
    "member": "huiyuan kaiin hoewon anggota jasen clen clenovia",
    "person": "persons henkilo chelovek osoba osoby szemely ember",
    "employee": "employees staff pegawai karyawan nhanvien sotrudnik sotrudniki dolgozo dolgozok tyontekija "
    "zamestnanec zamestnanci angajat angajati mitarbeiter angestellter empleado empleados funcionario "
    "funcionarios employe employes dipendente dipendenti pracownik pracownicy calisan calisanlar "
    "personel medewerker ansatt anstalld vendedor vendedores vendeur yuangong",
    # goods
    "product": "termek termekek tuote tuotteet tuotteen sanpham mathang shangpin chanpin shohin seihin sangpum jepum "
    "produs produse produsul vyrobek vyrobky vyrobok proizvod proizvodi proion proionta produktu produkta "
    "produkti produkty produktov toode tooted preke prekes prece preces barang vara varor vare varer "
    "tovary tovara tovarov producte productes",
    "article": "cikk cikkek artikal artikli artykul artykuly articol articole",
    "good": "aru zbozi tovar roba",
    "book": "sach kniha knihy kniga knigi knyga ksiazka ksiazki konyv konyvek kirja kirjat kitap kitaplar buku",
    "category": "kategoria kategoriat kategoriak kategorija kategorije kategorijas kategoriya kategorii kategoriyi "
    "kategorie danhmuc loai theloai bunrui fenlei leibie kategoorija categoria kategoriler tuoteryhma",
    "genre": "zanr zanry janr zhanr",
    "variant": "varianta varianty varians bienthe",
    # orders
    "order": "rendeles rendelesek megrendeles megrendelesek tilaus tilaukset tilauksen zakaz zakazy zakaza zakazov "
    "objednavka objednavky objednavok obednavka donhang dathang dingdan chumon juchu jumun comanda comenzi "
    "comenda comandes narudzba narudzbe narudzbina narudzbenica paraggelia paraggelies uzsakymas uzsakymai "
    "tellimus tellimused pasutijums pasutijumi porosia bestel bestillinger bestilling bestallning "
    "bestallningar",
    "purchase": "nakup nakupy pokupka pokupki vasarlas osto ostot pembelian zakup zakupy compres",
    "sale": "prodazha prodazhi eladas ertekesites myynti prodej predaj vanzare vanzari penjualan sprzedaz satis "
    "satislar salg",
    "invoice": "hoadon faktura faktury szamla szamlak lasku laskut schet facturi fapiao",
    "item": "polozka polozky tetel tetelek pozitsiya pozitsii poziciya stavka stavke postavka",
    "line": "rivi rivit linie linii radek radky riadok riadky rida",
    "position": "pozycje pozycji pozicia pozice",
    "detail": "chitiet mingxi xiangqing xijie meisai sangse detali detaliu detalii reszletek reszlet yksityiskohta "
    "rincian podrobnosti",
    "content": "sostav obsah tartalom sisalto",
    "cart": "kosar kosarak ostoskori giohang korzina korziny kosik kosicek kosarica gouwuche kago keranjang "
    "jangbaguni kalathi krepselis grozs sepetler winkelwagen winkelmand varukorg handlekurv",
    "payment": "thanhtoan oplata oplaty platezh platezhi fizetes fizetesek maksu maksut platba platby plata plati "
    "zhifu shiharai pembayaran placanje pliroumi betalning",
    "review": "otzyv otzyvy ertekeles ertekelesek velemeny velemenyek arvostelu arvostelut danhgia hodnoceni "
    "hodnotenie recenze recenzie recenzia pinglun pingjia ulasan recenzii opinia opinie",
    "address": "cim cimek osoite osoitteet diachi adresa adresy alamat dizhi jusho adresat kotiosoite toimitusosoite",
    "shipment": "dostavka dostavki szallitas szallitasi toimitus vanchuyen giaohang dorucenie doruceni livrare "
    "pengiriman wuliu haiso versand",
    "coupon": "khuyenmai magiamgia kupon kupony kuponok",
    "wishlist": "izbrannoe yeuthich kivansaglista",
    # attributes
    "quantity": "soluong mennyiseg darab darabszam kolichestvo kolvo mnozstvi mnozstvo pocet lukumaara kpl shuliang "
    "suryo kosu suryang cantitate kolicina kiekis kogus skaits kuantitas quantitat posotita cnt",
    "price": "egysegar dongia giaban hinta tsena stoimost jiage danjia kakaku tanka nedan gagyeok pret timi kaina "
    "preu hargasatuan cijena",
    "amount": "kwota castka ciastka",
    "total": "osszeg vegosszeg tongtien thanhtien itogo yhteensa zongjia gokei celkem celkom ukupno kokku",
    "discount": "skidka kedvezmeny alennus giamgia sleva zlava diskon popust zhekou reducere",
    "tax": "nalog afa dph alv thue pajak pdv",
    "name": "nev nimi etunimi sukunimi vezeteknev keresztnev nazvanie naimenovanie imya familiya nazev nazov jmeno "
    "meno prijmeni priezvisko nume denumire prenume hoten mingcheng xingming namae nama libelle apellido "
    "apellidos prenom cognome vorname nachname sobrenome onoma vards pavadinimas vardas",
    "description": "leiras kuvaus opisanie popis mota miaoshu deskripsi descriere opis aprasymas",
    "email": "sahkoposti sahkopostiosoite pochta elpochta youxiang emailcim surel",
    "password": "jelszo salasana parol matkhau mima heslo parola katasandi sandi mdp lozinka",
    "login": "korisnickoime tendangnhap felhasznalonev kayttajatunnus",
    "status": "allapot statusz tila etat trangthai tinhtrang zhuangtai jotai stav sostoyanie",
    "date": "ngay ngaydat datumok paivamaara paivays tanggal riqi hizuke datele",
    "at": "am",
    "ordered": "bestellt",
    "paid": "bezahlt",
    "created": "letrehozva luotu sozdan vytvoreno vytvorene dibuat",
    "phone": "telefonszam telszam puhelin puhelinnumero dienthoai sdt dianhua denwa telpon telepon",
    "zip": "iranyitoszam postinumero psc youbian kodepos postnummer",
    "stock": "keszlet raktar raktarkeszlet varasto varastosaldo tonkho soluongton sklad sklady ostatok ostatki "
    "skladem kucun zaiko jaego stoc zasoba zaloga",
    "parent": "szulo parentid roditel",
    "brand": "thuonghieu brend znacka znachka pinpai marki",
    "supplier": "postavshchik postavshchiki postavschik beszallito toimittaja nhacungcap pemasok dodavatel "
    "dodavatelia furnizor furnizori dobavljac gongyingshang shiiresaki",
    "image": "kep kepek kuva kuvat hinhanh gambar obrazok obrazek obrazky kartinka izobrazhenie tupian gazo "
    "slika resim resimler afbeelding",
    "comment": "kommentariy kommentarii megjegyzes kommentti binhluan",
    "city": "varos kaupunki gorod mesto thanhpho kota oras",
    "country": "orszag maa strana krajina quocgia tara",
}

# Written apart in names (`don_hang`, `san_pham`), but one word.
PHRASES = (
    "khachhang sanpham donhang chitiet danhmuc nguoidung giohang soluong dongia giaban tongtien thanhtien matkhau "
    "diachi dienthoai trangthai tinhtrang thanhtoan danhgia nhacungcap theloai dathang hoadon taikhoan hinhanh mota "
    "hoten tonkho soluongton khuyenmai nhanvien thuonghieu ngaydat giaohang mathang elpochta korisnickoime binhluan "
    "giamgia quocgia thanhpho"
)
LONGEST_PHRASE = 3

# So short that they mean this only when they are the whole name: `name_ar` is Arabic, `db_host` no number of pieces.
ALONE = {"ar": "price", "gia": "price", "pu": "price", "db": "quantity", "ten": "name", "cos": "cart"}

# Scripts without spaces, or of whose words only a few are needed.
UNSPACED = {
    **dict.fromkeys(("顧客", "お客様", "고객", "ลูกค้า", "العملاء", "عملاء"), "customer"),
    **dict.fromkeys(("사용자", "유저", "ユーザー", "利用者", "ผู้ใช้", "المستخدمين", "مستخدمين", "使用者"), "user"),
    **dict.fromkeys(("회원", "会員"), "member"),
    **dict.fromkeys(("상품", "제품", "製品", "สินค้า", "المنتجات", "منتجات", "货品", "货物"), "product"),
    **dict.fromkeys(("카테고리", "분류", "カテゴリー", "カテゴリ", "หมวดหมู่", "الفئات", "فئات"), "category"),
    **dict.fromkeys(("주문", "注文", "受注", "คำสั่งซื้อ", "الطلبات", "طلبات"), "order"),
    **dict.fromkeys(("상세", "내역", "รายละเอียด", "تفاصيل"), "detail"),
    **dict.fromkeys(("항목", "項目", "รายการ", "عناصر"), "item"),
    **dict.fromkeys(("수량", "個数", "จำนวน", "الكمية", "كمية"), "quantity"),
    **dict.fromkeys(("가격", "価格", "ราคา", "السعر", "سعر"), "price"),
    **dict.fromkeys(("단가", "単価"), "unit price"),
    **dict.fromkeys(("이름", "名前", "氏名", "ชื่อ", "الاسم", "اسم"), "name"),
    **dict.fromkeys(("이메일", "メール", "อีเมล", "البريد"), "email"),
    **dict.fromkeys(("재고", "在庫"), "stock"),
    **dict.fromkeys(("상태", "状態", "สถานะ", "الحالة"), "status"),
    **dict.fromkeys(("장바구니", "カート", "购物车", "購物車", "ตะกร้า"), "cart"),
    **dict.fromkeys(("결제", "支払", "付款"), "payment"),
    **dict.fromkeys(("리뷰", "レビュー", "评价"), "review"),
    **dict.fromkeys(("주소", "住所"), "address"),
    **dict.fromkeys(("일시", "날짜", "日時"), "date"),
    **dict.fromkeys(("번호", "番号"), "id"),
}

# Cyrillic from U+0430 and Greek from U+03B1, in the order of their code points.
_CYRILLIC = "a,b,v,g,d,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya"
_GREEK = "a,v,g,d,e,z,i,th,i,k,l,m,n,x,o,p,r,s,s,t,y,f,ch,ps,o"
_UKRAINIAN = {0x454: "e", 0x456: "i", 0x491: "g"}


def _letters() -> dict[int, str]:
    cyrillic, greek = enumerate(_CYRILLIC.split(","), 0x430), enumerate(_GREEK.split(","), 0x3B1)
    small = {**dict(cyrillic), **dict(greek), **_UKRAINIAN}
    return {**small, **{ord(chr(code).upper()): letter.capitalize() for code, letter in small.items()}}


LETTERS = _letters()
